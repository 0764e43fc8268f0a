"""Values of spans that are too large for a row: the row keeps the beginning, a blob the whole."""

import asyncio
import logging
import os
from dataclasses import dataclass, replace
from typing import Final

import orjson

from spanlit.storage.clean import clean_json
from spanlit.storage.store import Batch
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import AttributeValue

from .store import BlobStore, BlobTooLarge

logger = logging.getLogger(__name__)

KEPT_KINDS: Final = ("message",)
"""Kinds of span whose bodies stay whole in the row: a conversation is read as a whole."""


@dataclass(slots=True, frozen=True)
class Whole:
    """A body as it was before it was cut."""

    key: str
    """Of its blob; empty if it was too large even for that."""
    size: int
    """Bytes."""


class LargeValues:
    """Moves large values of spans into blobs, in the writer.

    The blob is there before the row that refers to it, so the whole can be read whenever the row
    can. If the blobs are away, `lighten` raises and the batch stays in the spool.

    Args:
        blobs: Where they go.
        inline_bytes: Size of a value, in UTF-8, that a row still takes.
    """

    def __init__(self, blobs: BlobStore, *, inline_bytes: int) -> None:
        self._blobs = blobs
        self._limit = inline_bytes
        self._pid = os.getpid()

    async def lighten(self, batch: Batch) -> Batch:
        """Return the batch without large values; itself if it has none. Nothing is changed in it.

        Raises:
            StoreError: The blobs could not be kept.
        """
        # A forked child cannot use blobs; its large values stay in the rows.
        if os.getpid() != self._pid or not any(map(self._is_heavy, batch.spans)):
            return batch
        spans = [
            await self._lighten(span) if self._is_heavy(span) else span for span in batch.spans
        ]
        return replace(batch, spans=spans)

    def _is_heavy(self, span: SpanRecord) -> bool:
        return span.kind not in KEPT_KINDS and (
            self._may_exceed(span.input)
            or self._may_exceed(span.output)
            or any(isinstance(v, str) and self._may_exceed(v) for v in span.attributes.values())
        )

    def _may_exceed(self, text: str) -> bool:
        return len(text) > self._limit // 4 and (  # the most bytes that a character takes
            len(text) > self._limit or not text.isascii()
        )

    async def _lighten(self, span: SpanRecord) -> SpanRecord:
        facts = dict(span.attributes)
        await self._cut_attributes(facts)
        input_ = await self._cut(span.input, facts, keys.INPUT_BLOB, keys.INPUT_SIZE)
        output = await self._cut(span.output, facts, keys.OUTPUT_BLOB, keys.OUTPUT_SIZE)
        return replace(span, input=input_, output=output, attributes=facts)

    async def _cut_attributes(self, facts: dict[str, AttributeValue]) -> None:
        """All large attributes together become one blob: a JSON object."""
        if keys.ATTRIBUTES_BLOB in facts:
            return
        large = {
            key: value
            for key, value in facts.items()
            if isinstance(value, str) and self._may_exceed(value)
        }
        cut = await asyncio.to_thread(
            lambda: {key: _beginning(value, self._limit) for key, value in large.items()}
        )
        large = {key: value for key, value in large.items() if cut[key] != value}
        if large:
            facts.update({key: cut[key] for key in large})
            whole = await asyncio.to_thread(lambda: orjson.dumps(clean_json(large)))
            await self._keep(whole, facts, keys.ATTRIBUTES_BLOB, keys.ATTRIBUTES_SIZE)

    async def _cut(
        self, text: str, facts: dict[str, AttributeValue], blob_key: str, size_key: str
    ) -> str:
        if not self._may_exceed(text) or blob_key in facts:  # cut before, and read back
            return text
        whole = await asyncio.to_thread(_encode, text)
        if len(whole) <= self._limit:
            return text
        await self._keep(whole, facts, blob_key, size_key)
        return whole[: self._limit].decode(errors="ignore")

    async def _keep(
        self, whole: bytes, facts: dict[str, AttributeValue], blob_key: str, size_key: str
    ) -> None:
        facts[size_key] = len(whole)
        try:
            facts[blob_key] = (await self._blobs.put(whole)).key
        except BlobTooLarge:
            logger.warning(
                "a value of a span has %d MB, more than blobs.max_mb: only its beginning is kept",
                len(whole) >> 20,
            )


def whole_input(span: SpanRecord) -> Whole | None:
    """Where the whole input is, if the row has its beginning only."""
    return _whole(span, span.input, keys.INPUT_BLOB, keys.INPUT_SIZE)


def whole_output(span: SpanRecord) -> Whole | None:
    """Where the whole output is, if the row has its beginning only."""
    return _whole(span, span.output, keys.OUTPUT_BLOB, keys.OUTPUT_SIZE)


def whole_attributes(span: SpanRecord) -> Whole | None:
    """Where the large attributes are, as one JSON object, if the row has their beginnings only."""
    return _whole(span, "…", keys.ATTRIBUTES_BLOB, keys.ATTRIBUTES_SIZE)


def _whole(span: SpanRecord, text: str, blob_key: str, size_key: str) -> Whole | None:
    if not text:  # retention took it
        return None
    key, size = span.attributes.get(blob_key, ""), span.attributes.get(size_key)
    if isinstance(key, str) and isinstance(size, int) and not isinstance(size, bool):
        return Whole(key, size)
    return None


def _beginning(text: str, size: int) -> str:
    data = _encode(text)
    return text if len(data) <= size else data[:size].decode(errors="ignore")


def _encode(text: str) -> bytes:
    return text.encode(errors="replace")  # rows have no lone surrogates either
