"""Rows of Spanlit from a thread and the users of Chainlit."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, tzinfo
from typing import Any

from spanlit.storage.models import Element, Score, Thread, User
from spanlit.storage.store import TABLES, Row
from spanlit.storage.transfer.check import check_row
from spanlit.storage.writing.journal import DamagedLine
from spanlit.tracing.record import DEFAULT_PROJECT, SpanRecord

from .layouts import Record, local_time_ns, structure, time_ns, words
from .source import Source, SourceThread
from .spans import Place, Whose, answer_of, spans_of
from .turns import turns_of

SCORE_NAME = "user-feedback"
"""What the thumbs below an answer are called in Spanlit."""

NAME_CHARS = 255
_TABLE_OF = {row_class: table for table, row_class in TABLES.items()}

KeepFile = Callable[[str], Awaitable[tuple[str, int] | None]]
"""Takes the object key of a file of Chainlit; returns the key and size of our copy of it."""


async def _no_files(object_key: str) -> None:
    return None


class ChainlitImport:
    """Turns a database of Chainlit into rows. Ids are made of Chainlit's, so they are stable.

    Args:
        source: The database.
        project: Project of the rows.
        zone: Where the clock of Chainlit's machine hung, by which it wrote the dates of users
            and threads.
        keep_file: Copies the file of an element.
    """

    def __init__(
        self,
        source: Source,
        *,
        project: str = DEFAULT_PROJECT,
        zone: tzinfo = UTC,
        keep_file: KeepFile = _no_files,
    ) -> None:
        self._source = source
        self._project = project
        self._zone = zone
        self._keep_file = keep_file
        self.skipped: Counter[str] = Counter()
        """What did not come, by reason."""

    async def rows(self) -> AsyncIterator[Row]:
        """All rows, thread by thread."""
        async for row in self._rows():
            try:
                check_row(row)
            except DamagedLine as error:  # SQLite takes anything for anything
                field = str(error).partition(" ")[0]
                self.skipped[f"{_TABLE_OF[type(row)]} whose {field} makes no sense"] += 1
                continue
            yield row

    async def _rows(self) -> AsyncIterator[Row]:
        async for record in self._source.users():
            yield self._user(record)
        async for thread in self._source.threads():
            async for row in self._thread_rows(thread):
                yield row
        for table, count in self._source.orphans.items():
            if count:
                self.skipped[f"{table} of threads that are gone"] += count

    def _user(self, row: Record) -> User:
        created_ns = local_time_ns(row.get("createdAt"), self._zone)
        return User(
            id=row["id"],
            identifier=str(row["identifier"]),
            created_at_ns=created_ns,
            updated_at_ns=local_time_ns(row.get("updatedAt"), self._zone) or created_ns,
            project=self._project,
            metadata=structure(row.get("metadata"), {}),
        )

    async def _thread_rows(self, source: SourceThread) -> AsyncIterator[Row]:
        if source.row.get("deletedAt") is not None:
            self.skipped["threads that were deleted in Chainlit"] += 1
            return
        whose = Whose(self._project, source.row["id"], source.row.get("userId") or "")
        if not whose.user_id:
            self.skipped["owners of threads, which Chainlit has none of (the threads came)"] += 1
        turns, undated = turns_of(whose.thread_id, source.steps)
        if undated:
            self.skipped["steps without a date"] += undated
        places: dict[str, Place] = {}
        ends: dict[str, int] = {}
        spans: list[SpanRecord] = []
        for turn in turns:
            of_turn, where = spans_of(turn, whose)
            answer = answer_of(turn)
            if turn.wrapper is not None and answer is not None:
                where[turn.wrapper.id] = where[answer.id]
            spans += of_turn
            places |= where
            ends |= {step.id: step.end_ns for step in turn.everything}
        thread = self._thread(source.row, whose, spans)
        yield thread
        for span in spans:
            yield span
        for row in source.elements:
            yield await self._element(row, whose, places, thread)
        for row in source.feedbacks:
            if score := self._score(row, whose, places, ends):
                yield score

    def _thread(self, row: Record, whose: Whose, spans: list[SpanRecord]) -> Thread:
        """Its dates are those of its spans, which Chainlit writes in UTC."""
        created_ns = local_time_ns(row.get("createdAt"), self._zone)
        updated_ns = local_time_ns(row.get("updatedAt"), self._zone) or created_ns
        if spans:
            created_ns = min(span.start_time_ns for span in spans)
            updated_ns = max(span.end_time_ns or 0 for span in spans)
        return Thread(
            id=whose.thread_id,
            user_id=whose.user_id,
            name=row.get("name") or _first_question(spans),
            created_at_ns=created_ns,
            updated_at_ns=updated_ns,
            project=self._project,
            tags=words(row.get("tags")),
            metadata=structure(row.get("metadata"), {}),
        )

    async def _element(
        self, row: Record, whose: Whose, places: dict[str, Place], thread: Thread
    ) -> Element:
        place = places.get(row.get("forId") or "", Place("", ""))
        object_key = str(row.get("objectKey") or "")
        kept = await self._keep_file(object_key) if object_key else None
        if object_key and kept is None:
            self.skipped["files of elements that are not here (their rows came)"] += 1
        created_ns = time_ns(row.get("createdAt")) or thread.created_at_ns
        return Element(
            id=row["id"],
            thread_id=whose.thread_id,
            trace_id=place.trace_id,
            span_id=place.span_id,
            type=row.get("type") or "file",
            name=row.get("name") or "",
            created_at_ns=created_ns,
            # Newer than the row without its file, so that a later import can bring the file.
            updated_at_ns=created_ns + bool(kept),
            project=self._project,
            mime=row.get("mime") or "",
            url="" if kept else row.get("url") or "",
            object_key=kept[0] if kept else "",
            size=kept[1] if kept else 0,
            props=_props(row),
        )

    def _score(
        self, row: Record, whose: Whose, places: dict[str, Place], ends: dict[str, int]
    ) -> Score | None:
        step_id = row.get("forId") or ""
        place = places.get(step_id)
        if place is None:
            self.skipped["feedback on steps that are gone"] += 1
            return None
        at_ns = time_ns(row.get("createdAt")) or ends[step_id]
        return Score(
            name=SCORE_NAME,
            created_at_ns=at_ns,
            updated_at_ns=at_ns,
            trace_id=place.trace_id,
            span_id=place.span_id,
            thread_id=whose.thread_id,
            user_id=whose.user_id,
            project=self._project,
            type="boolean",
            value=_number(row["value"]),
            comment=row.get("comment") or "",
            metadata={"chainlit_id": row["id"]},
        )


def _number(value: Any) -> float | None:
    """A number, or None if it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _first_question(spans: list[SpanRecord]) -> str:
    return next((span.input for span in spans if span.is_root and span.input), "")[:NAME_CHARS]


def _props(row: Record) -> dict[str, Any]:
    """What Chainlit says besides, in its own words."""
    said = {key: row.get(key) for key in ("display", "size", "page", "language", "objectKey")}
    props: dict[str, Any] = structure(row.get("props"), {})
    return {key: value for key, value in said.items() if value} | props
