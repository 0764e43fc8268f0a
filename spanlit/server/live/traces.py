"""Traces and spans of a user, live or stored."""

from collections.abc import Iterable

from spanlit.server.store_reader import StoreReader
from spanlit.storage import StoreError
from spanlit.tracing.record import SpanRecord

from .fold import FoldedTrace
from .hub import Hub
from .present import span_detail, span_view
from .refusal import Refusal, storage_away, unknown_span
from .threads import Threads
from .views import SpanDetail, TraceView


class Traces:
    """Reads traces and spans; whose they are is the owner of their thread to say.

    Every method raises `Refusal` for what is not the user's, or when the store is away.
    """

    def __init__(self, threads: Threads, hub: Hub, reader: StoreReader) -> None:
        self._threads = threads
        self._hub = hub
        self._reader = reader

    async def trace(self, user_id: str, trace_id: str) -> TraceView:
        """All spans of a trace."""
        thread_id, live = self._live(user_id, trace_id)
        if live is not None and live.turn is not None:
            # A live trace that began here is complete: the store cannot know more.
            views = [span.view for span in live.spans.values()]
            return TraceView(trace_id=trace_id, thread_id=thread_id, spans=views)
        records = await self._stored(user_id, trace_id)
        return TraceView(
            trace_id=trace_id,
            thread_id=records[0].thread_id or None,
            spans=[span_view(record) for record in records],
        )

    async def span(self, user_id: str, trace_id: str, span_id: str) -> SpanDetail:
        """One span with everything that is known of it."""
        return span_detail(await self.record(user_id, trace_id, span_id))

    async def record(self, user_id: str, trace_id: str, span_id: str) -> SpanRecord:
        """One span as it is now, or as the store has it."""
        _, live = self._live(user_id, trace_id)
        if live is not None and (span := live.spans.get(span_id)):
            record = span.current_record()
            if record is not None:
                return record
        return await self._stored_span(user_id, trace_id, span_id)

    async def thread_of(self, user_id: str, trace_id: str, span_id: str = "") -> str:
        """Id of the thread that a trace belongs to, and has a span if one is given."""
        thread_id, live = self._live(user_id, trace_id)
        if live is not None and thread_id and (not span_id or span_id in live.spans):
            return thread_id
        if span_id:
            return (await self._stored_span(user_id, trace_id, span_id)).thread_id
        return (await self._stored(user_id, trace_id))[0].thread_id

    def _live(self, user_id: str, trace_id: str) -> tuple[str | None, FoldedTrace | None]:
        conversation = self._hub.of_trace(trace_id)
        if conversation is None:
            return None, None
        if conversation.user_id != user_id:
            raise unknown_span()
        return conversation.id, conversation.state.traces.get(trace_id)

    async def _stored(self, user_id: str, trace_id: str) -> list[SpanRecord]:
        try:
            store = await self._reader.store()
            records = await store.trace(self._reader.project, trace_id, bodies=False)
        except StoreError as error:
            raise storage_away() from error
        await self._require_owner(user_id, records)
        return records

    async def _stored_span(self, user_id: str, trace_id: str, span_id: str) -> SpanRecord:
        try:
            store = await self._reader.store()
            record = await store.span(self._reader.project, trace_id, span_id)
        except StoreError as error:
            raise storage_away() from error
        if record is None:
            raise unknown_span()
        await self._require_owner(user_id, [record])
        return record

    async def _require_owner(self, user_id: str, records: Iterable[SpanRecord]) -> None:
        thread_ids = {record.thread_id for record in records}
        # What is in no thread is nobody's, even if somebody imported a thread without an id.
        if not thread_ids or not all(thread_ids):
            raise unknown_span()
        for thread_id in thread_ids:
            try:
                await self._threads.owned(user_id, thread_id)
            except Refusal as refusal:
                if refusal.error.code == "unknown-thread":
                    raise unknown_span() from refusal
                raise
