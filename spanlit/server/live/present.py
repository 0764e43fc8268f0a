"""Records of the recorder and the store, as the views that go over the wire."""

from typing import Any, Final

from spanlit.storage.blobs.large_values import whole_attributes, whole_input, whole_output
from spanlit.storage.models import Score, Thread, TurnTotals
from spanlit.storage.tree_row import PREVIEW_CHARS
from spanlit.tracing import attributes as keys
from spanlit.tracing.record import SpanRecord
from spanlit.tracing.types import Role

from .views import (
    MessageFacts,
    MessageView,
    ScoreView,
    SpanDetail,
    SpanEventView,
    SpanLinkView,
    SpanView,
    ThreadView,
    TurnView,
)

_ROLES: Final[dict[str, Role]] = {"user": "user", "assistant": "assistant", "system": "system"}


def span_view(record: SpanRecord) -> SpanView:
    """The row of a span in the trace tree."""
    return SpanView(**_row(record))


def span_detail(record: SpanRecord) -> SpanDetail:
    """Everything that is known of a span."""
    facts = record.attributes
    show_input = facts.get(keys.STEP_SHOW_INPUT, "json")
    return SpanDetail(
        **_row(record),
        input=record.input,
        output=record.output,
        input_mime=_text(facts, keys.INPUT_MIME) or "text/plain",
        output_mime=_text(facts, keys.OUTPUT_MIME) or "text/plain",
        input_size=whole.size if (whole := whole_input(record)) else None,
        output_size=whole.size if (whole := whole_output(record)) else None,
        attributes_size=whole.size if (whole := whole_attributes(record)) else None,
        show_input=show_input if isinstance(show_input, str | bool) else "json",
        provider=record.provider,
        reasoning_tokens=record.reasoning_tokens,
        thread_id=record.thread_id,
        user_id=record.user_id,
        otel_kind=record.otel_kind,
        scope_name=record.scope_name,
        scope_version=record.scope_version,
        attributes=facts,
        resource=record.resource,
        events=[
            SpanEventView(
                name=event.name, time_us=event.time_ns // 1_000, attributes=event.attributes
            )
            for event in record.events
        ],
        links=[
            SpanLinkView(trace_id=link.trace_id, span_id=link.span_id, attributes=link.attributes)
            for link in record.links
        ],
    )


def message_view(record: SpanRecord) -> MessageView:
    """A span of kind `message` with its whole text."""
    facts = message_facts(record)
    return MessageView(
        id=record.span_id,
        trace_id=record.trace_id,
        role=facts.role,
        author=facts.author,
        text=record.output,
        status=record.status,
        start_us=record.start_time_ns // 1_000,
        end_us=_microseconds(record.end_time_ns),
        language=facts.language,
        is_error=facts.is_error,
        command_id=facts.command_id,
    )


def message_facts(record: SpanRecord) -> MessageFacts:
    """What a span of kind `message` says about itself."""
    facts = record.attributes
    role = _ROLES.get(_text(facts, keys.MESSAGE_ROLE) or "", "assistant")
    return MessageFacts(
        role=role,
        author=_text(facts, keys.MESSAGE_AUTHOR) or role.capitalize(),
        language=_text(facts, keys.STEP_LANGUAGE),
        is_error=bool(facts.get(keys.MESSAGE_IS_ERROR)),
        command_id=_text(facts, keys.COMMAND_ID),
    )


def turn_view(record: SpanRecord, totals: TurnTotals | None = None) -> TurnView:
    """The turn whose root span is `record`."""
    return TurnView(
        trace_id=record.trace_id,
        span_id=record.span_id,
        name=record.name,
        status=record.status,
        start_us=record.start_time_ns // 1_000,
        end_us=_microseconds(record.end_time_ns),
        span_count=totals.span_count if totals else 0,
        error_count=totals.error_count if totals else 0,
        input_tokens=totals.input_tokens if totals else 0,
        output_tokens=totals.output_tokens if totals else 0,
        cost_usd=totals.cost_usd if totals else 0.0,
    )


def thread_view(thread: Thread, *, running: bool = False) -> ThreadView:
    """A row of the thread list."""
    return ThreadView(
        id=thread.id,
        name=thread.name,
        created_us=thread.created_at_ns // 1_000,
        updated_us=thread.updated_at_ns // 1_000,
        running=running,
    )


def score_view(score: Score) -> ScoreView:
    """Feedback."""
    return ScoreView(
        thread_id=score.thread_id,
        trace_id=score.trace_id,
        span_id=score.span_id,
        name=score.name,
        user_id=score.user_id,
        source=score.source,
        type=score.type,
        value=score.value,
        label=score.label,
        comment=score.comment,
        reasons=list(score.reasons),
        metadata=score.metadata,
        updated_us=score.updated_at_ns // 1_000,
    )


def _row(record: SpanRecord) -> dict[str, Any]:
    facts = record.attributes
    return {
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        "parent_id": record.parent_span_id,
        "name": record.name,
        "kind": record.kind,
        "status": record.status,
        "start_us": record.start_time_ns // 1_000,
        "end_us": _microseconds(record.end_time_ns),
        "status_message": record.status_message,
        "model": record.model,
        "input_tokens": record.input_tokens,
        "output_tokens": record.output_tokens,
        "cached_tokens": record.cached_tokens,
        "cost_usd": record.cost_usd,
        "ttft_ms": record.ttft_ms,
        "document_count": record.document_count,
        "input_preview": record.input[:PREVIEW_CHARS],
        "output_preview": record.output[:PREVIEW_CHARS],
        "icon": _text(facts, keys.STEP_ICON),
        "default_open": bool(facts.get(keys.STEP_DEFAULT_OPEN)),
        "message": message_facts(record) if record.kind == "message" else None,
    }


def _text(facts: dict[str, Any], key: str) -> str | None:
    value = facts.get(key)
    return value if isinstance(value, str) and value else None


def _microseconds(time_ns: int | None) -> int | None:
    return None if time_ns is None else time_ns // 1_000
