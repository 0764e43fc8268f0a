"""Large values of spans: what the row keeps, what the blob keeps, and what happens without."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from spanlit.storage import Batch, Store, StoreUnavailable
from spanlit.storage.blobs.large_values import LargeValues, whole_input, whole_output
from spanlit.storage.blobs.store import BlobStore, open_blobs
from spanlit.storage.memory import MemoryStore
from spanlit.storage.writing.writer import Writer, WriterOptions
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord
from tests.storage.support import PROJECT, TRACE, await_until, ended_span, span_id

LIMIT = 1_000
LONG = "x" * LIMIT + "the end"


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return open_blobs("", folder=tmp_path / "blobs", max_bytes=100_000)


async def lightened(blobs: BlobStore, **values: Any) -> SpanRecord:
    batch = Batch("b", spans=[ended_span(1), ended_span(2, **values)])
    light = await LargeValues(blobs, inline_bytes=LIMIT).lighten(batch)
    assert batch == Batch("b", spans=[ended_span(1), ended_span(2, **values)])
    assert light.spans[0] == ended_span(1)
    return light.spans[1]


async def count(blobs: BlobStore) -> int:
    return sum([len(chunk) async for chunk in blobs.list()])


async def test_small_values_stay_where_they_are(blobs: BlobStore) -> None:
    batch = Batch("b", spans=[ended_span(input="x" * LIMIT, output="é" * (LIMIT // 2))])
    assert await LargeValues(blobs, inline_bytes=LIMIT).lighten(batch) == batch
    assert await count(blobs) == 0


@pytest.mark.parametrize("text", [LONG, "é" * LIMIT, "😀" * 251], ids=["ascii", "é", "emoji"])
async def test_bodies_are_cut_between_characters_and_kept_whole(
    blobs: BlobStore, text: str
) -> None:
    span = await lightened(blobs, input=text, output=text[::-1])

    for kept, given, whole in (
        (span.input, text, whole_input(span)),
        (span.output, text[::-1], whole_output(span)),
    ):
        assert given.startswith(kept)
        assert LIMIT - 3 <= len(kept.encode()) <= LIMIT
        assert whole is not None
        assert whole.size == len(given.encode())
        assert (await blobs.read(whole.key)).decode() == given


async def test_large_attributes_become_one_blob(blobs: BlobStore) -> None:
    given = {"long": LONG, "longer": LONG * 2, "short": "s", "number": 1}
    span = await lightened(blobs, attributes=given)

    assert span.attributes["long"] == LONG[:LIMIT]
    assert span.attributes["short"] == "s"
    whole = await blobs.read(str(span.attributes[keys.ATTRIBUTES_BLOB]))
    assert orjson.loads(whole) == {"long": LONG, "longer": LONG * 2}
    assert span.attributes[keys.ATTRIBUTES_SIZE] == len(whole)


async def test_messages_stay_whole(blobs: BlobStore) -> None:
    assert (await lightened(blobs, kind="message", output=LONG)).output == LONG


async def test_what_was_cut_before_keeps_its_blob(blobs: BlobStore) -> None:
    once = await lightened(blobs, input=LONG)
    again = await LargeValues(blobs, inline_bytes=100).lighten(Batch("b", spans=[once]))
    assert again.spans[0] == once


async def test_what_is_too_large_for_a_blob_keeps_its_beginning(
    blobs: BlobStore, caplog: pytest.LogCaptureFixture
) -> None:
    span = await lightened(blobs, input="y" * 100_001)
    whole = whole_input(span)
    assert whole is not None
    assert (whole.key, whole.size) == ("", 100_001)
    assert span.input == "y" * LIMIT
    assert "blobs.max_mb" in caplog.text
    assert "yyy" not in caplog.text


async def test_cut_bodies_come_back_from_every_store(store: Store, blobs: BlobStore) -> None:
    batch = Batch("b", spans=[ended_span(input=LONG, attributes={"note": LONG})])
    await store.write(await LargeValues(blobs, inline_bytes=LIMIT).lighten(batch))

    span = await store.span(PROJECT, TRACE, span_id(1))
    assert span is not None
    whole = whole_input(span)
    assert whole is not None
    assert (await blobs.read(whole.key)).decode() == LONG
    attributes = str(span.attributes[keys.ATTRIBUTES_BLOB])
    unknown = "0" * 64
    referenced = await store.housekeeping.referenced([whole.key, attributes, unknown])
    assert referenced == {whole.key, attributes}


class AwayBlobs(BlobStore):
    """Blob storage that can be switched off."""

    away = True

    async def put(self, data: bytes | AsyncIterator[bytes]) -> Any:  # type: ignore[override]
        if self.away:
            raise StoreUnavailable("blob storage is away")
        return await super().put(data)


async def test_a_batch_waits_in_the_spool_while_blobs_are_away(
    blobs: BlobStore, tmp_path: Path
) -> None:
    away = AwayBlobs(blobs._objects, max_bytes=100_000)
    store = MemoryStore()
    writer = Writer(
        lambda: store,
        tmp_path / "spool",
        options=WriterOptions(retry_min_s=0.01, retry_max_s=0.01),
        lighten=LargeValues(away, inline_bytes=LIMIT).lighten,
    )
    writer.start()
    try:
        writer.put(ended_span(input=LONG))
        await await_until(lambda: writer.status.storage == "away", "the failure is noticed")
        assert writer.status.error == "blob storage is away"
        assert writer.status.spooled_rows == 1
        assert await store.trace(PROJECT, TRACE) == []

        away.away = False
        assert await writer.aflush()
        (span,) = await store.trace(PROJECT, TRACE)
        assert span.input == LONG[:LIMIT]
    finally:
        await asyncio.to_thread(writer.stop, 5)
