"""Scores: what users, judges and code think of spans, traces and threads."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import nullcontext
from contextvars import Context
from typing import Any, Final

from spanlit.server.chat.feedback import Feedback
from spanlit.server.chat.score_rules import Opinion, ScoreError, ScoreRules, checked_name
from spanlit.server.chat.scoring import ScoreTarget
from spanlit.server.chat.session import Turn
from spanlit.server.store_reader import StoreReader
from spanlit.storage import StoreError
from spanlit.storage.models import Score, ScoreSource
from spanlit.storage.writing.writer import Writer
from spanlit.tracing.evaluation import Evaluation, emit_evaluation

from .conversation import Conversation
from .conversations import Conversations, flush_recorder
from .fold import LiveState
from .hub import Hub
from .present import score_view
from .rate_limit import UserLimits
from .refusal import Refusal, storage_away, unknown_span
from .snapshot import join_scores
from .threads import Threads
from .traces import Traces
from .views import ScoreView

logger = logging.getLogger(__name__)

MAX_SEARCHES: Final = 1_000
"""Targets of code that are being looked up; each holds its score in memory."""
MAX_FEEDBACK: Final = 20
"""Calls of `on_feedback` that run at a time for one thread."""
MAX_NAMES: Final = 200
"""Different names, besides the declared ones, that people may give to scores in one thread."""


class Scores:
    """Gives, lists and takes back scores. It is the app's `ScoreKeeper`.

    Args:
        conversations: Where feedback calls `on_feedback`.
        threads: Says whose a thread is.
        traces: Says whose a trace is.
        hub: Has the live conversations.
        writer: Takes the rows.
        reader: Reads stored ones.
        rules: What scores may say.
        export_content: Whether comments leave the process through exporters.
    """

    def __init__(
        self,
        conversations: Conversations,
        threads: Threads,
        traces: Traces,
        hub: Hub,
        writer: Writer,
        reader: StoreReader,
        rules: ScoreRules,
        *,
        export_content: bool,
    ) -> None:
        self.rules = rules
        self._conversations = conversations
        self._threads = threads
        self._traces = traces
        self._hub = hub
        self._writer = writer
        self._reader = reader
        self._export_content = export_content
        self._loop = asyncio.get_running_loop()
        self._limits = UserLimits()
        self._last_ns = 0
        self._searches: set[asyncio.Task[None]] = set()

    # --- people ----------------------------------------------------------------------------

    async def rate(
        self, user_id: str, target: ScoreTarget, name: str, value: float | None, **said: Any
    ) -> ScoreView:
        """Give a user's score, replacing their earlier one.

        Raises:
            Refusal: The target is not the user's, the score is not accepted, or there are too
                many of them.
        """
        try:
            opinion = self.rules.check(name, value, **said)
        except ScoreError as error:
            raise Refusal("invalid", str(error)) from error
        with self._limits.place(user_id):
            conversation = await self._open(user_id, target)
        if len(conversation.feedback) >= MAX_FEEDBACK:
            raise Refusal("too-many", "The app is still busy with your feedback; try again soon.")
        self._take_name(conversation, opinion.name)
        score = self._score(target, conversation.id, user_id, "user", opinion)
        self._take(score)
        self._call_on_feedback(conversation, score)
        return score_view(score)

    async def withdraw(self, user_id: str, target: ScoreTarget, name: str) -> None:
        """Take a user's score back, if there is one.

        Raises:
            Refusal: The target is not the user's.
        """
        try:
            nothing = Opinion(name=checked_name(name), type="text")
        except ScoreError as error:
            raise Refusal("invalid", str(error)) from error
        with self._limits.place(user_id):
            conversation = await self._open(user_id, target)
        self._take(self._score(target, conversation.id, user_id, "user", nothing, removed=True))

    async def of_thread(self, user_id: str, thread_id: str) -> list[ScoreView]:
        """The scores on a thread of the user and on all in it, oldest first.

        Raises:
            Refusal: The thread is not the user's, or the store is away.
        """
        await self._threads.owned(user_id, thread_id)
        return await self._list(thread_id)

    async def of_trace(self, user_id: str, trace_id: str) -> list[ScoreView]:
        """The scores on a trace of the user and on its spans, oldest first.

        Raises:
            Refusal: The trace is not the user's, or the store is away.
        """
        thread_id = await self._traces.thread_of(user_id, trace_id)
        views = await self._list(thread_id)
        return [view for view in views if view.trace_id == trace_id]

    async def _list(self, thread_id: str) -> list[ScoreView]:
        conversation = self._hub.get(thread_id)
        with conversation.reading() if conversation else nullcontext():
            try:
                store = await self._reader.store()
                stored = await store.scores(self._reader.project, thread_id=thread_id)
            except StoreError as error:
                raise storage_away() from error
            return join_scores(stored, conversation.state if conversation else LiveState())

    async def _open(self, user_id: str, target: ScoreTarget) -> Conversation:
        """The conversation of a target, if it is the user's."""
        thread_id = target.thread_id
        if not thread_id:
            thread_id = await self._traces.thread_of(user_id, target.trace_id, target.span_id)
        conversation = await self._conversations.open(user_id, thread_id)
        if target.trace_id and target.thread_id:
            found = await self._traces.thread_of(user_id, target.trace_id, target.span_id)
            if found != thread_id:
                raise unknown_span()
        return conversation

    def _take_name(self, conversation: Conversation, name: str) -> None:
        names = conversation.score_names
        if self.rules.declares(name) or name in names:
            return
        if sum(not self.rules.declares(known) for known in names) >= MAX_NAMES:
            raise Refusal(
                "invalid",
                f"The score {name!r} is not taken: this thread has scores of {MAX_NAMES} names "
                "that are not declared; declare it in [[scores]] of spanlit.toml.",
            )
        names.add(name)

    def _call_on_feedback(self, conversation: Conversation, score: Score) -> None:
        if conversation.gone:
            return
        feedback = Feedback(
            forId=score.span_id or score.trace_id or score.thread_id,
            value=score.value,
            threadId=conversation.id,
            comment=score.comment,
            name=score.name,
            trace_id=score.trace_id,
            reasons=score.reasons,
            label=score.label,
        )
        self._spawn(conversation.hook_turns.feedback(feedback, Turn()), conversation.feedback)

    # --- code: called from any thread ------------------------------------------------------

    def keep(
        self, target: ScoreTarget, opinion: Opinion, source: ScoreSource, by: str
    ) -> Future[None]:
        """Keep a score of code. See `ScoreKeeper`."""
        return self._accept(target, opinion, source, by, removed=False)

    def remove(self, target: ScoreTarget, name: str, source: ScoreSource, by: str) -> Future[None]:
        """Take a score of code back. See `ScoreKeeper`."""
        nothing = Opinion(name=name, type="text")
        return self._accept(target, nothing, source, by, removed=True)

    def _accept(
        self,
        target: ScoreTarget,
        opinion: Opinion,
        source: ScoreSource,
        by: str,
        *,
        removed: bool,
    ) -> Future[None]:
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()  # who stops waiting does not take the score back

        def take(thread_id: str) -> None:
            self._take(self._score(target, thread_id, by, source, opinion, removed=removed))
            done.set_result(None)

        def begin() -> None:
            if target.known:
                take(target.thread_id)
            elif len(self._searches) >= MAX_SEARCHES:
                _fail(done, opinion.name, ScoreError("Too many scores wait to be looked up."))
            else:
                self._spawn(search(), self._searches)

        async def search() -> None:
            try:
                take(await self._find(target))
            except Exception as error:
                _fail(done, opinion.name, error)

        if _running_loop() is self._loop:
            begin()
            return done
        try:
            self._loop.call_soon_threadsafe(begin)
        except RuntimeError as error:
            raise ScoreError("The app has stopped; nobody keeps its scores.") from error
        return done

    async def _find(self, target: ScoreTarget) -> str:
        """Id of the thread of a target, "" for a trace outside of every thread.

        Raises:
            ScoreError: There is no such target.
        """
        thread_id = await self._look(target)
        if thread_id is None:  # what has just happened may be on its way
            await flush_recorder()
            await self._writer.aflush()
            thread_id = await self._look(target)
        if thread_id is None:
            raise ScoreError(_unknown(target))
        return thread_id

    async def _look(self, target: ScoreTarget) -> str | None:
        conversation = self._hub.get(target.thread_id) or self._hub.of_trace(target.trace_id)
        if conversation is not None and not conversation.gone:
            live = conversation.state.traces.get(target.trace_id)
            if not target.span_id or (live is not None and target.span_id in live.spans):
                return conversation.id
        store = await self._reader.store()
        project = self._reader.project
        if not target.trace_id:
            thread = await store.thread(project, target.thread_id)
            return thread.id if thread else None
        if target.span_id:
            span = await store.span(project, target.trace_id, target.span_id)
            return span.thread_id if span else None
        spans = await store.trace(project, target.trace_id, bodies=False)
        return spans[0].thread_id if spans else None

    # --- everyone: on the event loop -------------------------------------------------------

    def _score(
        self,
        target: ScoreTarget,
        thread_id: str,
        user_id: str,
        source: ScoreSource,
        opinion: Opinion,
        *,
        removed: bool = False,
    ) -> Score:
        now = self._now_ns()
        return Score(
            name=opinion.name,
            created_at_ns=now,
            updated_at_ns=now,
            trace_id=target.trace_id,
            span_id=target.span_id,
            thread_id=thread_id,
            user_id=user_id,
            project=self._reader.project,
            source=source,
            type=opinion.type,
            value=opinion.value,
            label=opinion.label,
            comment=opinion.comment,
            reasons=opinion.reasons,
            metadata=opinion.metadata,
            removed=removed,
        )

    def _now_ns(self) -> int:
        """Later than ever before, so that of two scores the second wins."""
        self._last_ns = max(time.time_ns(), self._last_ns + 1)
        return self._last_ns

    def _take(self, score: Score) -> None:
        conversation = self._hub.get(score.thread_id)
        if conversation is not None and conversation.gone:
            return  # its rows are being deleted
        self._writer.put(score)
        if conversation is not None:
            conversation.set_score(score, self._hub.next_stamp())
        if not score.removed:
            emit_evaluation(self._evaluation(score))

    def _evaluation(self, score: Score) -> Evaluation:
        return Evaluation(
            name=score.name,
            time_ns=score.updated_at_ns,
            value=score.value,
            label=score.label,
            explanation=score.comment if self._export_content else "",
            trace_id=score.trace_id,
            span_id=score.span_id,
            thread_id=score.thread_id,
            source=score.source,
            by="" if score.source == "user" else score.user_id,
            reasons=score.reasons,
        )

    def _spawn(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        # Not in the context of the caller: its turn is not the turn of what begins here.
        task = self._loop.create_task(work, context=Context())
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def _fail(done: Future[None], name: str, error: Exception) -> None:
    logger.warning("The score %r was not kept: %s", name, error)
    done.set_exception(error)


def _unknown(target: ScoreTarget) -> str:
    if not target.trace_id:
        return f"There is no thread {target.thread_id!r:.80}."
    if not target.span_id:
        return f"There is no trace {target.trace_id}."
    return f"There is no span {target.span_id} in the trace {target.trace_id}."


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
