"""Rows of every table, and moving them, for the tests of export and import."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from spanlit.storage import Batch, Store
from spanlit.storage.models import Action, Ask, Session
from spanlit.storage.transfer import jsonl, parquet
from spanlit.storage.transfer.files import placing, writing
from spanlit.storage.transfer.importing import incoming
from spanlit.storage.transfer.loader import Loader
from spanlit.storage.transfer.selection import Selection, select
from spanlit.storage.writing.journal import Row, add_row
from spanlit.tracing.record import SpanEvent, SpanLink, SpanRecord
from tests.storage.support import (
    SECOND,
    START_NS,
    TRACE,
    element,
    ended_span,
    open_span,
    score,
    span_id,
    thread,
    user,
)

TIMES: dict[str, Any] = {"created_at_ns": START_NS, "updated_at_ns": START_NS + 1}
WHERE: dict[str, Any] = {"thread_id": "thread-1", "trace_id": TRACE, "span_id": span_id(1)}

# Without NUL, which Postgres cannot hold.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
scalars = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    # Larger ones are whole numbers, which Postgres returns as integers in their shortest form.
    st.floats(-(2.0**53), 2.0**53, width=32),
)
attributes = st.dictionaries(
    texts.filter(bool), scalars | st.lists(scalars, max_size=3), max_size=5
)
metadata = st.dictionaries(
    texts, st.recursive(st.none() | scalars, lambda inner: st.lists(inner, max_size=3)), max_size=3
)


@st.composite
def spans(draw: st.DrawFn, number: int) -> SpanRecord:
    """A span that may have everything."""
    make = ended_span if draw(st.booleans()) else open_span
    return make(
        number,
        name=draw(texts),
        parent_span_id=draw(st.none() | st.just(span_id(number + 100))),
        kind=draw(st.sampled_from(["turn", "message", "llm", "tool", "other"])),
        input=draw(texts),
        output=draw(texts),
        user_id=draw(texts),
        model=draw(texts),
        input_tokens=draw(st.integers(0, 2**31)),
        cost_usd=draw(st.floats(0, 1e6)),
        ttft_ms=draw(st.floats(0, 1e6, width=32)),
        document_count=draw(st.none() | st.integers(0, 1000)),
        trace_state=draw(st.just("") | st.just("a=b")),
        scope_name=draw(texts),
        attributes=draw(attributes),
        resource=draw(st.dictionaries(texts.filter(bool), texts, max_size=3)),
        events=draw(
            st.lists(st.builds(SpanEvent, texts, st.just(START_NS + 7), attributes), max_size=2)
        ),
        links=draw(
            st.lists(
                st.builds(SpanLink, st.just(TRACE), st.just(span_id(9)), attributes), max_size=2
            )
        ),
    )


@st.composite
def row_sets(draw: st.DrawFn) -> list[Row]:
    """A few rows of every table but processes, which belong to no project."""
    said = draw(metadata)
    return [
        *[draw(spans(number)) for number in range(1, draw(st.integers(1, 4)))],
        thread(name="thread-1", tags=tuple(draw(st.lists(texts, max_size=3))), metadata=said),
        user(identifier=draw(texts), display_name=draw(texts), metadata=said),
        element(size=draw(st.integers(0, 2**40)), url=draw(texts), props=said),
        score(
            value=draw(st.none() | st.floats(-1e9, 1e9)),
            reasons=tuple(draw(st.lists(texts, max_size=2))),
            comment=draw(texts),
            metadata=said,
        ),
        score(span_id="", name="whole trace", type="category", label=draw(texts), value=None),
        score(span_id="", trace_id="", name="whole thread", type="boolean", source="reviewer"),
        Action("action-1", **WHERE, name=draw(texts), **TIMES, label=draw(texts), payload=said),
        Ask(
            "ask-1",
            **WHERE,
            type="form",
            **TIMES,
            spec=said,
            status="answered",
            answer=said,
            expires_at_ns=START_NS + 60 * SECOND,
        ),
        Session("thread-1", "user-1", **TIMES, state=said),
    ]


def in_project(rows: Iterable[Row], project: str) -> list[Row]:
    """The same rows in another project."""
    changed: list[Any] = [replace(row, project=project) for row in rows]  # type: ignore[arg-type]
    return changed


async def put(store: Store, rows: Iterable[Row], batch_id: str) -> None:
    batch = Batch(batch_id)
    for row in rows:
        add_row(batch, row)
    await store.write(batch)


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Rows in an order of their own."""
    return sorted(rows, key=_key)


def _key(row: Row) -> tuple[str, ...]:
    names = ("trace_id", "span_id", "thread_id", "id", "name", "user_id")
    return type(row).__name__, *(str(getattr(row, name, "")) for name in names)


async def contents(store: Store, project: str = "default") -> list[Row]:
    """All rows of a project."""
    selection = Selection(projects=(project,))
    return ordered([row async for row in select(store, selection)])


async def export(store: Store, path: Path, *projects: str) -> None:
    """Write projects, or all, to a file, or to a folder if the name says so."""
    selection = Selection(projects=projects)
    about, rows = jsonl.header(selection), select(store, selection)
    if path.suffix == ".parquet":
        with placing(path, overwrite=True) as part:
            await parquet.write(part, rows, about)
    else:
        with writing(path, overwrite=True) as file:
            await jsonl.write(file, rows, about)


async def load(store: Store, path: Path, *, project: str | None = None) -> Loader:
    """Read a file into a store."""
    loader = Loader(store, project=project)
    with incoming(path) as found:
        for row in found.rows:
            await loader.add(row)
    await loader.flush()
    return loader
