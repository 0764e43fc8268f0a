"""The ring of events, and what is made of it for a client that lags."""

import orjson

from spanlit.server.live.event_log import EventLog, merged
from spanlit.server.live.events import Event, SpanDelta, SpanRemove, ThreadRemove


def delta(span: str, text: str, offset: int) -> SpanDelta:
    return SpanDelta(trace_id="t", span_id=span, field="output", text=text, offset=offset)


def log_of(*events: Event, max_events: int = 100, max_bytes: int = 100_000) -> EventLog:
    log = EventLog(max_events=max_events, max_bytes=max_bytes)
    for event in events:
        log.append(event, event.model_dump_json())
    return log


def words(log: EventLog, after: int = 0) -> list[tuple[str, str]]:
    decoded = orjson.loads(orjson.dumps(merged(log.after(after))))
    return [(event["type"], event.get("text", "")) for event in decoded]


def test_numbers_count_up_and_epochs_differ() -> None:
    log = log_of(*(delta("a", "x", offset) for offset in range(3)))

    assert log.seq == 3
    assert log.epoch != EventLog().epoch


def test_deltas_of_a_span_become_one() -> None:
    log = log_of(delta("a", "one ", 0), delta("a", "two ", 4), delta("a", "three", 8))

    (entry,) = orjson.loads(orjson.dumps(merged(log.after(0))))
    assert (entry["text"], entry["offset"]) == ("one two three", 0)


def test_interleaved_streams_are_merged_each() -> None:
    log = log_of(delta("a", "1", 0), delta("b", "x", 0), delta("a", "2", 1), delta("b", "y", 1))

    assert words(log) == [("span-delta", "12"), ("span-delta", "xy")]


def test_a_delta_never_passes_another_event_of_its_span() -> None:
    log = log_of(
        delta("a", "1", 0),
        SpanRemove(trace_id="t", span_id="b"),
        delta("a", "2", 1),
        SpanRemove(trace_id="t", span_id="a"),
        delta("a", "3", 0),
    )

    assert words(log) == [
        ("span-delta", "12"),
        ("span-remove", ""),
        ("span-remove", ""),
        ("span-delta", "3"),
    ]


def test_only_what_is_newer_is_given() -> None:
    log = log_of(delta("a", "1", 0), delta("a", "2", 1), delta("a", "3", 2))

    assert words(log, after=2) == [("span-delta", "3")]
    assert words(log, after=3) == []


def test_the_ring_is_bounded_by_count() -> None:
    log = log_of(*(ThreadRemove(thread_id=str(number)) for number in range(10)), max_events=4)

    assert log.size[0] == 4
    assert [log.reaches(seq) for seq in (5, 6, 10, 11)] == [False, True, True, False]


def test_the_ring_is_bounded_by_bytes_even_for_one_event() -> None:
    log = log_of(delta("a", "small", 0), max_bytes=300)
    log.append(delta("a", "x" * 1_000, 5), "x" * 1_000)

    assert log.size == (0, 0)
    assert not log.reaches(1)
    assert log.reaches(2)


def test_a_frame_ends_when_it_is_full() -> None:
    log = log_of(*(delta("a", "x" * 100, offset) for offset in range(10)))

    assert [entry.seq for entry in log.after(0, max_bytes=1)] == [1]
    assert len(log.after(0, max_bytes=500)) < 10
    assert len(log.after(0)) == 10
