"""What every store does with values that fit no column."""

import time
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from spanlit.storage import Batch, Store
from spanlit.storage.store import TABLES
from spanlit.tracing.content import clean
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord
from tests.storage.support import (
    PROJECT,
    START_NS,
    TRACE,
    action,
    ask,
    dump,
    element,
    ended_span,
    process,
    scan_all,
    score,
    session,
    span_id,
    thread,
    user,
    write_spans,
)

HOSTILE = {
    "quotes": "'\"`\\'' \\\\ \\' --;/* */ %s {x:String} $1 :a ?",
    "escapes": "\\n \\0 \\x00 \\u0000 \\t\t\n\r\x0b\x1b[31m \x7f",
    "nul": "a\0b\0",
    "surrogates": "\ud800 \udfff x\ud83d",
    "pair": "\ud83d\ude00",
    "emoji": "\U0001f469\u200d\U0001f467\ufe0f \xe9 e\u0301 \u202eabc \ufeff \u2028",
    "chinese": "你好世界",
    "long": "äx'\\" * 50_000,
    "null": "\\N NULL null",
    "empty": "",
}


def plain(value: object) -> str:
    """What must be left of a value: lone surrogates and NUL may be replaced or dropped."""
    if is_dataclass(value) and not isinstance(value, type):
        return repr({f.name: plain(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, Mapping):
        return repr({plain(key): plain(item) for key, item in sorted(value.items())})
    if isinstance(value, list | tuple):
        return repr([plain(item) for item in value])
    if isinstance(value, str):
        return clean(value).replace("\0", "").replace("\ufffd", "")
    return repr(value)


async def test_values_that_fit_no_column_do_not_harm_their_batch(store: Store) -> None:
    odd = ended_span(
        2,
        name="lone \ud800 surrogate",
        input="pair \ud83d\ude00",
        input_tokens=-5,
        output_tokens=2**70,
        cost_usd=float("inf"),
        start_time_ns=START_NS + 2,
        attributes={"\udfff": "\udfff", "big": 2**80, "nan": float("nan"), "set": {1}},
    )
    wrong_types = ended_span(3, output=None, model=5, attributes={"a": b"bytes"})
    await write_spans(store, ended_span(1), odd, wrong_types, ended_span(4))
    assert len(await store.trace(PROJECT, TRACE)) == 4


async def test_absurd_times_do_not_harm_their_batch(store: Store) -> None:
    times = [-1, 0, 2**62, 2**70]
    spans = [ended_span(n, start_time_ns=t, end_time_ns=t + 1) for n, t in enumerate(times, 2)]
    await write_spans(store, ended_span(1), *spans)
    assert len(await store.trace(PROJECT, TRACE)) == 5


def hostile_span(number: int, text: str) -> SpanRecord:
    short = text[:200]
    return ended_span(
        number,
        name=short,
        status_message=text,
        input=text,
        output=text,
        user_id=short,
        provider=short,
        model=short,
        process_id=short,
        trace_state=text,
        scope_name=short,
        scope_version=short,
        attributes={"text": text, f"key {text[:100]}": 1, "list": [text], "object": {"k": text}},
        resource={"service.name": short},
        events=[SpanEvent(short, START_NS, {"text": text})],
        links=[SpanLink("f" * 32, "e" * 16, {"text": text})],
    )


@pytest.mark.newest
async def test_any_text_comes_back_in_every_field_of_a_span(store: Store) -> None:
    spans = [hostile_span(number, text) for number, text in enumerate(HOSTILE.values())]
    assert await store.write(Batch("b", spans=spans)) == 0
    found = await store.trace(PROJECT, TRACE)
    rows = await store.trace(PROJECT, TRACE, bodies=False)
    for name, span, back, row in zip(HOSTILE, spans, found, rows, strict=True):
        assert plain(back) == plain(span), name
        assert plain(row.input) == plain(clean(span.input)[:200]), name
    assert plain(await scan_all(store, "spans")) == plain(spans)


@pytest.mark.newest
async def test_any_text_comes_back_in_every_field_of_the_rest(store: Store) -> None:
    batch = Batch("b")
    for name, text in HOSTILE.items():
        short, values = text[:200], {"text": text, text[:100]: [text]}
        batch.threads.append(thread(name, name=text, tags=(short, "b"), metadata=values))
        batch.users.append(user(id=name, identifier=short, display_name=text, metadata=values))
        batch.elements.append(
            element(name, name=text, type=short, mime=short, url=text, props=values)
        )
        batch.scores.append(
            score(name=name, label=text, comment=text, reasons=(short, "b"), metadata=values)
        )
        batch.actions.append(action(name, label=text, tooltip=text, icon=short, payload=values))
        batch.asks.append(ask(name, spec=values, answer=values))
        batch.sessions.append(session(name, state=values))
        batch.processes.append(process(name, host=text, seen_at_ns=time.time_ns()))
    assert await store.write(batch) == 0
    found = await dump(store)
    for table in set(TABLES) - {"spans"}:
        rows = sorted(getattr(batch, table), key=_name)
        for row, back in zip(rows, sorted(found[table], key=_name), strict=True):
            assert plain(back) == plain(row), (table, _name(row))


def _name(row: Any) -> str:
    for field in ("id", "thread_id", "name"):
        if getattr(row, field, "") in HOSTILE:
            return str(getattr(row, field))
    raise AssertionError(row)


@pytest.mark.newest
async def test_any_text_can_be_asked_for(store: Store) -> None:
    for number, (name, text) in enumerate(HOSTILE.items(), 1):
        short, trace_id = text[:200], f"{number:032x}"
        await store.write(
            Batch(
                name,
                spans=[ended_span(trace_id=trace_id, thread_id=short, user_id=short, kind="turn")],
                threads=[thread(short or "none", user_id=short)],
                users=[user(id=short)],
                scores=[score(thread_id=short, name=short, user_id=short)],
            )
        )
        if plain(short) != short or not short:
            continue  # it was stored as another text
        assert await store.trace(short, short) == []
        assert await store.span(PROJECT, TRACE, short) is None
        assert await store.session(PROJECT, short) is None
        assert await store.housekeeping.referenced([short]) == set()
        assert await store.turn_totals(PROJECT, short) != {}
        assert len(await store.thread_spans(PROJECT, short)) == 1
        assert [t.id for t in (await store.threads(PROJECT, short)).items] == [short]
        assert len(await store.scores(PROJECT, thread_id=short)) == 1
        if name not in ("quotes", "escapes", "emoji"):
            continue  # it takes a while
        await store.housekeeping.delete_user(PROJECT, short)
        assert await store.thread_spans(PROJECT, short) == []
        assert await store.user(PROJECT, short) is None
        assert await store.thread(PROJECT, short) is None


async def test_odd_numbers_do_not_harm_their_batch(store: Store) -> None:
    nan, inf = float("nan"), float("inf")
    odd = [
        ended_span(2, input_tokens=2**32, output_tokens=-1, cached_tokens=2**63, cost_usd=nan),
        ended_span(3, reasoning_tokens=2**64, document_count=-7, ttft_ms=-inf, cost_usd=-1.5),
        ended_span(4, attributes={"nan": nan, "inf": inf, "big": 2**63, "small": -(2**80)}),
        ended_span(5, version=2**62, end_time_ns=0),
    ]
    await store.write(
        Batch(
            "b",
            spans=[ended_span(1), *odd],
            scores=[score(value=nan), score(name="b", value=inf), score(name="c", value=-0.5)],
            elements=[element(size=-1), element("e2", size=2**80)],
            processes=[process(pid=2**40, seen_at_ns=time.time_ns())],
        )
    )
    found = await store.trace(PROJECT, TRACE)
    assert [span.span_id for span in found] == [span_id(n) for n in range(1, 6)]
    assert len(await store.scores(PROJECT, trace_id=TRACE)) == 3
    assert {s.name: s.value for s in await store.scores(PROJECT, trace_id=TRACE)}["c"] == -0.5
    assert len(await store.elements(PROJECT, "thread-1")) == 2
    assert len(await store.processes()) == 1
