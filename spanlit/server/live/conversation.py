"""The live state of a thread in this server: its events, its turns, its session."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, Protocol

import orjson

from spanlit.server.chat.session import ChatSession
from spanlit.storage.models import Score, Thread

from .change import Change
from .event_log import EventLog, merged
from .events import Event, ScoreRemove, ScoreSet, ThreadRemove, ThreadSet, TurnEnd, TurnStart
from .fold import LiveState
from .history import History
from .hook_turns import HookTurns
from .present import score_view, thread_view
from .snapshot import make_snapshot
from .turn_line import TurnLine
from .views import Snapshot, ThreadView

MAX_NAME_CHARS: Final = 80


class Watcher(Protocol):
    """Someone to wake when a conversation has something new."""

    def wake(self) -> None: ...


class Conversation:
    """One live thread. Belongs to the event loop of its server.

    Args:
        thread: The thread's row; of a new thread, not stored before its first message.
        session: What the app remembers during this chat.
        hook_turns: Runs the app's hooks in this thread.
        stored: Whether the store has rows of this thread.
    """

    def __init__(
        self, thread: Thread, session: ChatSession, hook_turns: HookTurns, *, stored: bool
    ) -> None:
        self.thread = thread
        self.session = session
        self.hook_turns = hook_turns
        self.log = EventLog()
        self.state = LiveState()
        self.line = TurnLine(on_idle=self._tell_running)
        self._told_running = False
        self.stored = stored
        self.has_row = stored
        """Whether the thread is in lists: one without a message is not."""
        self.commands: set[str] = set()
        """Ids of the commands whose messages are in the thread."""
        self.score_names: set[str] = set()
        """Names of the scores that people have given in the thread."""
        self.over = False
        """Whether its session has ended; nothing may begin here any more."""
        self.gone = False
        """Whether the thread was deleted."""
        self.used_at = time.monotonic()
        self.feedback: set[asyncio.Task[None]] = set()
        """Calls of `on_feedback` that run. They are beside the line of turns."""
        self._watchers: set[Watcher] = set()
        self._readers = 0

    @property
    def id(self) -> str:
        return self.thread.id

    @property
    def user_id(self) -> str:
        return self.thread.user_id

    @property
    def watched(self) -> bool:
        """Whether a connection is subscribed."""
        return bool(self._watchers)

    def watch(self, watcher: Watcher) -> None:
        """Wake `watcher` from now on."""
        self._watchers.add(watcher)
        self.touch()

    def unwatch(self, watcher: Watcher) -> None:
        """Wake `watcher` no more."""
        self._watchers.discard(watcher)
        self.touch()

    def touch(self) -> None:
        """Note that somebody uses the thread."""
        self.used_at = time.monotonic()

    # --- what happens ----------------------------------------------------------------------

    def apply(self, change: Change, stamp: int) -> None:
        """Take in what happened to a span."""
        followers = self.state.apply(change, stamp)
        for event in followers:
            if isinstance(event, TurnStart):
                self._log(event)
        self._append(change.event, change.json)
        for event in followers:
            if isinstance(event, TurnEnd):
                self._log(event)
        if followers:
            self._tell_running()

    def publish(self, event: Event) -> None:
        """Tell everyone who watches."""
        self._log(event)
        self.wake()

    def wake(self) -> None:
        """Let the connections that watch look at the log."""
        for watcher in self._watchers:
            watcher.wake()

    def set_thread(self, *, name: str | None = None, updated_at_ns: int) -> Thread:
        """Change the thread's row, tell of it, and return it to be stored."""
        changed = replace(
            self.thread,
            name=self.thread.name if name is None else name,
            updated_at_ns=max(updated_at_ns, self.thread.updated_at_ns),
        )
        self.thread = changed
        self.publish(ThreadSet(thread=self.view()))
        return changed

    def set_score(self, score: Score, stamp: int) -> None:
        """Take feedback in, or its removal."""
        self.state.put_score(score, stamp)
        if score.removed:
            self.publish(
                ScoreRemove(
                    trace_id=score.trace_id,
                    span_id=score.span_id,
                    name=score.name,
                    user_id=score.user_id,
                )
            )
        else:
            self.publish(ScoreSet(score=score_view(score)))

    def end(self) -> None:
        """The thread was deleted: stop what runs and tell everyone."""
        self.line.stop()
        for task in self.feedback:
            task.cancel()
        self.publish(ThreadRemove(thread_id=self.id))
        self.over = self.gone = True

    def _log(self, event: Event) -> None:
        self._append(event, event.model_dump_json())

    def _append(self, event: Event, json: str) -> None:
        if not self.gone:  # nothing may follow on `thread-remove`
            self.log.append(event, json)

    def _tell_running(self) -> None:
        """Tell when the first turn begins and when the last one has ended."""
        if self.running != self._told_running:
            self._told_running = self.running
            self.publish(ThreadSet(thread=self.view()))

    # --- what is known ---------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a turn runs or waits, or its end has not been told yet."""
        return self.line.busy or self.state.running

    def view(self) -> ThreadView:
        """The thread's row in lists."""
        return thread_view(self.thread, running=self.running)

    def snapshot(self, history: History) -> Snapshot:
        """The thread as it is now, given what the store has of it."""
        return make_snapshot(self.view(), history, self.state)

    def frame_after(self, seq: int) -> dict[str, Any] | None:
        """The next frame for someone who has seen everything up to `seq`."""
        entries = self.log.after(seq)
        if not entries:
            return None
        return self._frame(seq, entries[-1].seq, events=merged(entries))

    def snapshot_frame(self, history: History) -> dict[str, Any]:
        """A frame for someone who has seen nothing, or too little."""
        json = self.snapshot(history).model_dump_json()
        return self._frame(self.log.seq, self.log.seq, snapshot=orjson.Fragment(json), events=[])

    def _frame(self, prev_seq: int, seq: int, **content: object) -> dict[str, Any]:
        return {
            "thread_id": self.id,
            "epoch": self.log.epoch,
            "prev_seq": prev_seq,
            "seq": seq,
            **content,
        }

    # --- what may be forgotten -------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While a history is read, nothing live is let go: the history may not have it yet."""
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1

    def settle(self, stamp: int) -> list[str]:
        """Everything up to `stamp` is durable; return the traces that were let go."""
        if self._readers:
            return []
        gone = self.state.settle(stamp)
        self.stored = self.stored or bool(gone)
        return gone


def name_of(text: str) -> str:
    """The name of a thread that begins with `text`."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "New chat")
    return line if len(line) <= MAX_NAME_CHARS else line[: MAX_NAME_CHARS - 1] + "…"
