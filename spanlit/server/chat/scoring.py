"""`score` and `delete_score`: what code thinks of an answer."""

import asyncio
import re
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, get_args

from opentelemetry import trace

from spanlit.storage.models import ScoreSource
from spanlit.tracing import Step, current_scope
from spanlit.tracing.ids import span_id_hex, trace_id_hex
from spanlit.tracing.scoring import set_scorer

from .message import Message
from .score_rules import Opinion, ScoreError, ScoreRules, ScoreValue, checked_name

CodeSource = Literal["code", "judge", "reviewer"]
"""Who an app may speak for. `user` is said by browsers and `api` by callers of the API."""

Target = Step | Message | tuple[str, str] | str | None

MAX_BY_CHARS: Final = 200
WAIT_S: Final = 10.0

_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}")
_SPAN_ID: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class ScoreTarget:
    """What a score is on: a span, a trace (no `span_id`) or a thread (no `trace_id` either)."""

    trace_id: str = ""
    span_id: str = ""
    thread_id: str = ""
    known: bool = False
    """Whether the thread is known to be the one of the trace, because both run here."""


class ScoreKeeper(Protocol):
    """Keeps scores for one running app. Thread-safe; nothing blocks."""

    @property
    def rules(self) -> ScoreRules:
        """What scores may say."""

    def keep(
        self, target: ScoreTarget, opinion: Opinion, source: ScoreSource, by: str
    ) -> Future[None]:
        """Keep a score. The future fails with `ScoreError` if there is no such target."""

    def remove(self, target: ScoreTarget, name: str, source: ScoreSource, by: str) -> Future[None]:
        """Take a score back, if there is one."""


class Scored:
    """A score on its way to the store; what `score` returns.

    What is scored in its own turn is known at once. Anything else is looked up first: await the
    object, or `wait()` in a thread, to hear whether it was found. If nobody does, the log says so.
    """

    __slots__ = ("_done",)

    def __init__(self, done: Future[None]) -> None:
        self._done = done

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until the target is known.

        Raises:
            ScoreError: There is none.
        """
        return asyncio.wrap_future(self._done).__await__()

    def wait(self, timeout_s: float = WAIT_S) -> None:
        """Block until the target is known; not for code that runs on an event loop.

        Args:
            timeout_s: Seconds to wait at most.

        Raises:
            ScoreError: There is none.
            TimeoutError: It takes longer.
        """
        self._done.result(timeout_s)


def score(
    name: str,
    value: ScoreValue | None = None,
    *,
    label: str = "",
    comment: str = "",
    reasons: Sequence[str] = (),
    metadata: Mapping[str, Any] | None = None,
    target: Target = None,
    thread: bool | str = False,
    source: CodeSource = "code",
    by: str = "",
) -> Scored:
    """Say how good something is. It appears in the trace at once and is stored.

    There is one score per target, `name` and `by`: a later one replaces it.

    Args:
        name: Which score, for example "relevance". The app may declare its scores in
            `[[scores]]` of spanlit.toml; then what is said is checked against that.
        value: A number, True or False, or the name of a category.
        label: The name of a category, if there is a number as well.
        comment: Why; up to 10,000 characters.
        reasons: Why, in fixed words.
        metadata: Facts that go with the score, JSON-serialisable.
        target: A `Step`, a `Message`, a pair of trace id and span id, or a trace id for a whole
            trace. By default the span that is current: the innermost step, or the turn.
        thread: Score a whole thread: True for the one of the chat, or the id of another.
        source: Who says so: "code", "judge" (a model) or "reviewer".
        by: What the judge, the program or the reviewer is called.

    Raises:
        ScoreError: What is said is not accepted, or there is no target.
    """
    keeper = _keeper()
    opinion = keeper.rules.check(
        name, value, label=label, comment=comment, reasons=reasons, metadata=metadata
    )
    _check_source(source, by)
    return Scored(keeper.keep(_resolve(target, thread), opinion, source, by))


def delete_score(
    name: str,
    *,
    target: Target = None,
    thread: bool | str = False,
    source: CodeSource = "code",
    by: str = "",
) -> Scored:
    """Take back what `score` said with the same name, target, source and `by`.

    Nothing happens if there is no such score. Scores of users are theirs to take back.

    Raises:
        ScoreError: There is no target.
    """
    _check_source(source, by)
    target_ = _resolve(target, thread)
    return Scored(_keeper().remove(target_, checked_name(name), source, by))


# --- who keeps scores ---------------------------------------------------------------------

_keepers: dict[str, ScoreKeeper] = {}


def add_keeper(app_id: str, keeper: ScoreKeeper) -> None:
    """Let `keeper` take the scores that code of an app gives, from now on."""
    _keepers[app_id] = keeper


def remove_keeper(app_id: str) -> None:
    """The app has stopped."""
    _keepers.pop(app_id, None)


def _keeper() -> ScoreKeeper:
    scope = current_scope()
    if scope is not None:
        keeper = _keepers.get(scope.owner)
        if keeper is None:
            raise ScoreError("The app of this chat has stopped; nobody keeps its scores.")
        return keeper
    if len(_keepers) == 1:
        return next(iter(_keepers.values()))
    if _keepers:
        raise ScoreError("Several apps run in this process; score inside of a chat of one.")
    raise ScoreError("No app runs in this process, so nobody keeps scores. See `spanlit run`.")


# --- what is scored -----------------------------------------------------------------------


def _resolve(target: Target, thread: bool | str) -> ScoreTarget:
    if thread:
        if target is not None:
            raise ScoreError("Give a target or a thread, not both.")
        return _thread(thread)
    if target is None:
        return _current()
    if isinstance(target, Step | Message):
        if not target.id:
            verb = "started" if isinstance(target, Step) else "been sent"
            raise ScoreError(f"The target is a {type(target).__name__} that has not {verb} yet.")
        return _own(target)
    if isinstance(target, tuple) and len(target) == 2:
        return _span(*target)
    if isinstance(target, str):
        return _span(target, "")
    raise ScoreError(
        f"The target is a {type(target).__name__}; accepted: a Step, a Message, a pair of "
        "trace id and span id, or a trace id."
    )


def _current() -> ScoreTarget:
    scope = current_scope()
    span = trace.get_current_span().get_span_context()
    if scope is None or not span.is_valid:
        raise ScoreError(
            "There is no chat here, so there is nothing to score. Call this from a hook, or give "
            "a target: a pair of trace id and span id, or thread=…"
        )
    return ScoreTarget(trace_id_hex(span), span_id_hex(span), scope.thread_id, known=True)


def _own(target: Step | Message) -> ScoreTarget:
    """A step or message; one of this turn needs no search."""
    scope = current_scope()
    if scope is not None and target.trace_id == _current().trace_id:
        return ScoreTarget(target.trace_id, target.id, scope.thread_id, known=True)
    return ScoreTarget(target.trace_id, target.id)


def _span(trace_id: object, span_id: object) -> ScoreTarget:
    if not isinstance(trace_id, str) or not _TRACE_ID.fullmatch(trace_id):
        raise ScoreError(f"{trace_id!r:.80} is not a trace id: 32 lower-case hex digits.")
    if span_id and not (isinstance(span_id, str) and _SPAN_ID.fullmatch(span_id)):
        raise ScoreError(f"{span_id!r:.80} is not a span id: 16 lower-case hex digits.")
    return ScoreTarget(trace_id, str(span_id))


def _thread(thread: bool | str) -> ScoreTarget:
    scope = current_scope()
    if thread is True:
        if scope is None:
            raise ScoreError("There is no chat here; give the id of the thread as thread=…")
        return ScoreTarget(thread_id=scope.thread_id, known=True)
    return ScoreTarget(thread_id=str(thread), known=scope is not None and scope.thread_id == thread)


def _check_source(source: object, by: object) -> None:
    if source not in get_args(CodeSource):
        raise ScoreError(
            f"source is {source!r:.80}; accepted: {', '.join(map(repr, get_args(CodeSource)))}."
        )
    if not isinstance(by, str) or len(by) > MAX_BY_CHARS or (by and not by.isprintable()):
        raise ScoreError(
            f"by is {by!r:.80}; accepted: printable text of up to {MAX_BY_CHARS} characters."
        )


set_scorer(score)
