"""What a step costs its caller, against a bare OpenTelemetry span and against Chainlit.

    python tests/benchmarks/bench_step.py [--chainlit-python PATH]

CPU is that of the calling thread, wall is what an event loop loses; both are the best of several
rounds, interleaved so that a busy machine hurts all alike. `PATH` is the Python of an environment
with chainlit==2.12.0.
"""

import argparse
import asyncio
import json
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from spanlit.tracing import (
    LiveEvent,
    LiveSpan,
    Step,
    TurnScope,
    get_recorder,
    install,
    step,
    turn_span,
)

STEPS = 1_000
TOKENS = 20_000
ROUNDS = 15
ATTRIBUTES = {f"key.{number}": f"value {number}" for number in range(10)}

CHAINLIT = """
import asyncio, json, time
from unittest.mock import AsyncMock, Mock
import chainlit as cl
from chainlit.context import ChainlitContext, context_var
from chainlit.session import HTTPSession

async def main():
    context_var.set(ChainlitContext(HTTPSession(id="s", client_type="webapp")))
    rounds = []
    for _ in range(5):
        started = time.thread_time(), time.perf_counter()
        for number in range(200):
            async with cl.Step(name="search", type="tool") as step:
                step.input = {"query": number}
                step.output = "found"
        ended = time.thread_time(), time.perf_counter()
        rounds.append([(end - start) / 200 * 1e6 for start, end in zip(started, ended)])
    print(json.dumps([min(times) for times in zip(*rounds)]))

asyncio.run(main())
"""


class CountingSink:
    def __init__(self) -> None:
        self.events = 0

    def publish(self, events: Sequence[LiveEvent]) -> None:
        self.events += len(events)


def bare_spans(tracer: trace.Tracer) -> None:
    for _ in range(STEPS):
        tracer.start_span("search", attributes=ATTRIBUTES).end()


def current_spans(tracer: trace.Tracer) -> None:
    for _ in range(STEPS):
        with tracer.start_as_current_span("search", attributes=ATTRIBUTES):
            pass


def steps() -> None:
    for number in range(STEPS):
        with Step("search", type="tool") as one:
            one.input = {"query": number}
            one.output = "found"


@step(type="tool")
def search(query: int) -> str:
    return "found"


def decorated() -> None:
    for number in range(STEPS):
        search(number)


async def tokens() -> None:
    async with Step("answer", type="llm") as one:
        for _ in range(TOKENS):
            await one.stream_token("token ")


def live_tokens() -> None:
    span = LiveSpan.start("answer", kind="message")
    for _ in range(TOKENS):
        span.append("token ")
    span.end()


class Cost(NamedTuple):
    """Microseconds per item."""

    cpu: float
    wall: float

    def best(self, other: "Cost") -> "Cost":
        return Cost(min(self.cpu, other.cpu), min(self.wall, other.wall))


def timed(run: Callable[[], None], count: int) -> Cost:
    """What `count` items cost; the recorder has nothing else to do."""
    get_recorder().flush(30)
    cpu, wall = time.thread_time(), time.perf_counter()
    run()
    ended = time.thread_time(), time.perf_counter()
    return Cost((ended[0] - cpu) / count * 1e6, (ended[1] - wall) / count * 1e6)


def in_turn(run: Callable[[], None]) -> Callable[[], None]:
    def turn() -> None:
        with turn_span("on_message", TurnScope(owner="app", thread_id="thread", user_id="user")):
            run()

    return turn


def measure() -> dict[str, Cost]:
    bare = TracerProvider().get_tracer("bench")
    install()
    sink = CountingSink()
    get_recorder().add_sink(sink)
    cases: dict[str, tuple[Callable[[], None], int]] = {
        "OpenTelemetry span, 10 attributes": (lambda: bare_spans(bare), STEPS),
        "OpenTelemetry current span, 10 attributes": (lambda: current_spans(bare), STEPS),
        "Step in a turn": (in_turn(steps), STEPS),
        "@step in a turn": (in_turn(decorated), STEPS),
        "Step.stream_token": (in_turn(lambda: asyncio.run(tokens())), TOKENS),
        "LiveSpan.append": (in_turn(live_tokens), TOKENS),
    }
    best: dict[str, Cost] = {}
    for _ in range(ROUNDS):
        for name, (run, count) in cases.items():
            spent = timed(run, count)
            best[name] = spent.best(best.get(name, spent))
    get_recorder().flush(30)
    print(f"{sink.events:,} events reached the sink, {get_recorder().dropped:,} were dropped")
    return best


def chainlit_step(python: str) -> Cost:
    with TemporaryDirectory() as folder:  # importing Chainlit leaves files where it is run
        command = [str(Path(python).absolute()), "-c", CHAINLIT]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chainlit-python", help="Python with chainlit==2.12.0")
    arguments = parser.parse_args()
    best = measure()
    if arguments.chainlit_python:
        best["Chainlit 2.12 Step"] = chainlit_step(arguments.chainlit_python)
    unit = next(iter(best.values()))
    for name, cost in best.items():
        print(
            f"{name:42} CPU {cost.cpu:8.2f} µs {cost.cpu / unit.cpu:7.2f}x"
            f"   wall {cost.wall:8.2f} µs {cost.wall / unit.wall:7.2f}x"
        )


if __name__ == "__main__":
    main()
