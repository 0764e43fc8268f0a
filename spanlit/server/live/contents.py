"""Bytes that are served: files of threads, and bodies of spans in their whole length."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from spanlit.server.store_reader import StoreReader
from spanlit.storage import StoreError
from spanlit.storage.blobs.large_values import Whole, whole_attributes, whole_input, whole_output
from spanlit.storage.blobs.store import BlobMissing, BlobStore
from spanlit.tracing.content import to_json
from spanlit.tracing.record import SpanRecord

from .refusal import Refusal, storage_away
from .threads import Threads
from .traces import Traces

Body = Literal["input", "output", "attributes"]
"""`attributes`: those of a span that are too large for its row, or all if none is."""

TEXT: Final = "text/plain"


@dataclass(slots=True, frozen=True)
class Content:
    """Bytes with a name, as they are to be served."""

    name: str
    mime: str
    size: int
    key: str
    """SHA-256 of the bytes."""
    read: Callable[[int, int], AsyncIterator[bytes]]
    """Bytes from a place to before another."""


class Contents:
    """Finds what a user may read.

    Every method raises `Refusal` for what is not the user's, or when storage is away.

    Args:
        blobs: Where bytes lie; None if only rows are kept.
    """

    def __init__(
        self, threads: Threads, traces: Traces, reader: StoreReader, blobs: BlobStore | None
    ) -> None:
        self._threads = threads
        self._traces = traces
        self._reader = reader
        self._blobs = blobs

    async def element(self, user_id: str, thread_id: str, element_id: str) -> Content:
        """The file of an element. Who owns the thread may read it; nobody may by its hash."""
        await self._threads.owned(user_id, thread_id)
        try:
            store = await self._reader.store()
            elements = await store.elements(self._reader.project, thread_id)
        except StoreError as error:
            raise storage_away() from error
        for element in elements:
            if element.id == element_id and element.object_key:
                return await self._blob(element.name, element.mime, element.object_key)
        raise _unknown_file()

    async def body(self, user_id: str, trace_id: str, span_id: str, body: Body) -> Content:
        """A whole body of a span."""
        record = await self._traces.record(user_id, trace_id, span_id)
        whole, text = _look(record, body)
        name = f"{span_id}-{body}.{'json' if body == 'attributes' else 'txt'}"
        if whole is None:
            return _content(name, text)
        return await self._blob(name, TEXT, whole.key)

    async def _blob(self, name: str, mime: str, key: str) -> Content:
        blobs = self._blobs
        if blobs is None or not key:
            raise _unknown_file()
        try:
            size = await blobs.size(key)
        except BlobMissing as error:
            raise _unknown_file() from error
        except StoreError as error:
            raise storage_away() from error
        return Content(name, mime, size, key, lambda start, end: blobs.get(key, start, end))


def _look(record: SpanRecord, body: Body) -> tuple[Whole | None, str]:
    """Where the whole of a body is, or None and the body."""
    match body:
        case "input":
            return whole_input(record), record.input
        case "output":
            return whole_output(record), record.output
        case "attributes":
            return whole_attributes(record), to_json(record.attributes)


def _content(name: str, text: str) -> Content:
    data = text.encode(errors="replace")

    async def read(start: int, end: int) -> AsyncIterator[bytes]:
        yield data[start:end]

    return Content(name, TEXT, len(data), sha256(data).hexdigest(), read)


def _unknown_file() -> Refusal:
    return Refusal("unknown-file", "There is no such file, or it was deleted.")
