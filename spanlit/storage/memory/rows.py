"""The rows of a memory store: the newest version of each."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from spanlit.storage.store import Batch
from spanlit.tracing.record import SpanRecord

Key = tuple[str, ...]

KEYS: dict[str, Callable[[Any], Key]] = {
    "threads": lambda row: (row.project, row.id),
    "users": lambda row: (row.project, row.id),
    "elements": lambda row: (row.project, row.thread_id, row.id),
    "scores": lambda row: (row.project, *row.target, row.user_id, row.name),
    "actions": lambda row: (row.project, row.thread_id, row.id),
    "asks": lambda row: (row.project, row.thread_id, row.id),
    "sessions": lambda row: (row.project, row.thread_id),
    "processes": lambda row: (row.id,),
}
"""What identifies a row of each table but `spans`."""


def time_of(row: Any) -> int:
    """When a row changed last; the later one of two with the same key wins."""
    moment: int = row.seen_at_ns if hasattr(row, "seen_at_ns") else row.updated_at_ns
    return moment


class Rows:
    """Dicts of rows. Whoever reads or writes them holds `lock`."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.traces: dict[tuple[str, str], dict[str, SpanRecord]] = {}
        self.traces_of_thread: dict[tuple[str, str], set[str]] = {}
        self.tables: dict[str, dict[Key, Any]] = {name: {} for name in KEYS}
        self.tombstones: dict[tuple[str, Key], int] = {}
        """Table and key of what was deleted, and the time up to which its rows stay deleted."""

    def put(self, batch: Batch) -> None:
        """Keep those rows of a batch that are newer than what is here."""
        for span in batch.spans:
            self._put_span(span)
        for name, key_of in KEYS.items():
            table = self.tables[name]
            for row in getattr(batch, name):
                key = key_of(row)
                known = table.get(key)
                if (known is None or time_of(known) <= time_of(row)) and time_of(
                    row
                ) > self.tombstones.get((name, key), -1):
                    table[key] = row

    def _put_span(self, span: SpanRecord) -> None:
        trace = self.traces.setdefault((span.project, span.trace_id), {})
        known = trace.get(span.span_id)
        if known is None or known.version < span.version:
            trace[span.span_id] = replace(span)
        if span.thread_id:
            traces = self.traces_of_thread.setdefault((span.project, span.thread_id), set())
            traces.add(span.trace_id)

    def of(self, name: str, project: str) -> Iterator[Any]:
        """Rows of a project in a table but `spans`, without removed ones."""
        for key, row in self.tables[name].items():
            if key[0] == project and not getattr(row, "removed", False):
                yield row

    def spans(self, project: str) -> Iterator[SpanRecord]:
        """Spans of a project, removed ones included."""
        for (span_project, _), trace in self.traces.items():
            if span_project == project:
                yield from trace.values()

    def spans_of_thread(self, project: str, thread_id: str) -> Iterator[SpanRecord]:
        """Spans that bear the id of a thread, without removed ones."""
        for trace_id in self.traces_of_thread.get((project, thread_id), ()):
            for span in self.traces.get((project, trace_id), {}).values():
                if span.thread_id == thread_id and not span.removed:
                    yield span

    def forget_tombstones(self, name: str, project: str, before_ns: int) -> None:
        """Drop tombstones of a table that are as old as what would be deleted anyway."""
        old = [
            (table, key)
            for (table, key), time_ns in self.tombstones.items()
            if table == name and key[0] == project and time_ns < before_ns
        ]
        for tombstone in old:
            del self.tombstones[tombstone]

    def remove(self, name: str, rows: Iterable[Any]) -> int:
        """Take rows out of a table but `spans` and return how many."""
        table, key_of = self.tables[name], KEYS[name]
        keys = [key_of(row) for row in rows]
        for key in keys:
            del table[key]
        return len(keys)
