"""A turn of Chainlit as the spans that Spanlit would have recorded."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spanlit.tracing import attributes as keys
from spanlit.tracing.content import JSON, TEXT, to_json
from spanlit.tracing.kinds import OPENINFERENCE_NAMES
from spanlit.tracing.pricing import cost_usd
from spanlit.tracing.record import ENDED_VERSION, SpanRecord
from spanlit.tracing.step_types import attributes_of_type, kind_of_type
from spanlit.tracing.types import AttributeValue, Kind

from .layouts import Record, structure, words
from .turns import SourceStep, SourceTurn

ROLES = {"user_message": "user", "assistant_message": "assistant", "system_message": "system"}
RESOURCE: dict[str, AttributeValue] = {"service.name": "chainlit"}
SCOPE = "chainlit"

Values = dict[str, AttributeValue]


def trace_id_of(turn: SourceTurn) -> str:
    """The same id for the same turn, whenever it is imported."""
    return _digest("turn", turn.key, 32)


def span_id_of(step_id: str) -> str:
    """The same id for the same step."""
    return _digest("step", step_id, 16)


def _digest(what: str, source_id: str, digits: int) -> str:
    return hashlib.sha256(f"chainlit {what} {source_id}".encode()).hexdigest()[:digits]


@dataclass(frozen=True, slots=True)
class Whose:
    """Where spans belong."""

    project: str
    thread_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step came to be."""

    trace_id: str
    span_id: str


def spans_of(turn: SourceTurn, whose: Whose) -> tuple[list[SpanRecord], dict[str, Place]]:
    """The spans of a turn, its root first, and the place of each of its steps by id."""
    trace_id = trace_id_of(turn)
    root = _root(turn, trace_id, whose)
    span_ids = {step.id: span_id_of(step.id) for step in turn.steps}
    if turn.wrapper is not None:
        span_ids[turn.wrapper.id] = root.span_id
    spans = [root]
    for step in turn.steps:
        parent_id = root.span_id
        # Messages of the user are siblings of what answers them, not its parents.
        if step.parent_id and (turn.question is None or step.parent_id != turn.question.id):
            parent_id = span_ids.get(step.parent_id, root.span_id)
        spans.append(_span(step, span_ids[step.id], parent_id, trace_id, whose))
    return spans, {step_id: Place(trace_id, span_id) for step_id, span_id in span_ids.items()}


def answer_of(turn: SourceTurn) -> SourceStep | None:
    """The last thing that the app said."""
    said = [step for step in turn.steps if step.type == "assistant_message"]
    return said[-1] if said else None


def _root(turn: SourceTurn, trace_id: str, whose: Whose) -> SpanRecord:
    name = "on_chat_start" if turn.question is None else "on_message"
    answer = answer_of(turn)
    wrapper = turn.wrapper
    row: Record = wrapper.row if wrapper else {}
    values: Values = {keys.OPERATION_NAME: "invoke_workflow", keys.WORKFLOW_NAME: name}
    return SpanRecord(
        trace_id=trace_id,
        span_id=_digest("turn span", turn.key, 16),
        name=name,
        start_time_ns=min(step.start_ns for step in turn.everything),
        end_time_ns=max(step.end_ns for step in turn.everything),
        input="" if turn.question is None else _body(turn.question.row, "output"),
        output="" if answer is None else _body(answer.row, "output"),
        **_common("turn", row, whose, values | _source(row)),
    )


def _span(
    step: SourceStep, span_id: str, parent_id: str, trace_id: str, whose: Whose
) -> SpanRecord:
    row = step.row
    role = ROLES.get(step.type)
    name = row.get("name") or step.type
    kind: Kind = "message" if role else kind_of_type(step.type)
    values: Values = _source(row) | _facts(row)
    if role:
        values |= {keys.MESSAGE_ROLE: role, keys.MESSAGE_AUTHOR: name}
        if row.get("isError"):
            values[keys.MESSAGE_IS_ERROR] = True
    else:
        values |= attributes_of_type(step.type, name)
    span = SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=parent_id,
        name=f"{role} message" if role else name,
        start_time_ns=step.start_ns,
        end_time_ns=step.end_ns,
        input="" if role else _body(row, "input"),
        output=_body(row, "output"),
        **_common(kind, row, whose, values),
    )
    _add_generation(span, structure(row.get("generation"), {}))
    for key, text in ((keys.INPUT_MIME, span.input), (keys.OUTPUT_MIME, span.output)):
        if text and not role:
            span.attributes[key] = JSON if text[0] in "{[" and text[-1] in "}]" else TEXT
    return span


def _common(kind: Kind, row: Record, whose: Whose, values: Values) -> dict[str, Any]:
    values |= {
        keys.KIND: kind,
        keys.CONVERSATION_ID: whose.thread_id,
        keys.SESSION_ID: whose.thread_id,
        keys.USER_ID: whose.user_id,
    }
    if kind in OPENINFERENCE_NAMES:
        values[keys.OPENINFERENCE_KIND] = OPENINFERENCE_NAMES[kind]
    is_error = bool(row.get("isError"))
    return {
        "project": whose.project,
        "thread_id": whose.thread_id,
        "user_id": whose.user_id,
        "kind": kind,
        "version": ENDED_VERSION,
        "status": "error" if is_error else "ok",
        "status_message": _body(row, "output")[:1_000] if is_error else "",
        "scope_name": SCOPE,
        "resource": dict(RESOURCE),
        "attributes": {key: value for key, value in values.items() if value != ""},
    }


def _source(row: Record) -> Values:
    return {keys.CHAINLIT_ID: str(row["id"])} if row else {}


def _facts(row: Record) -> Values:
    facts: Values = {}
    if tags := words(row.get("tags")):
        facts[keys.STEP_TAGS] = list(tags)
    if metadata := structure(row.get("metadata"), {}):
        facts[keys.STEP_METADATA] = to_json(metadata)
    if language := row.get("language"):
        facts[keys.STEP_LANGUAGE] = str(language)
    show_input = str(row.get("showInput") or "json").lower()
    if show_input not in ("json", "true"):
        facts[keys.STEP_SHOW_INPUT] = False if show_input == "false" else show_input
    if row.get("defaultOpen"):
        facts[keys.STEP_DEFAULT_OPEN] = True
    if command := row.get("command"):
        facts[keys.CHAINLIT_COMMAND] = str(command)
    return facts


def _add_generation(span: SpanRecord, generation: Mapping[str, Any]) -> None:
    """What Chainlit knows of a model call."""
    if not generation:
        return
    span.provider = str(generation.get("provider") or "")
    span.model = str(generation.get("model") or "")
    span.input_tokens = _count(generation.get("inputTokenCount"))
    span.output_tokens = _count(generation.get("outputTokenCount"))
    span.ttft_ms = float(_number(generation.get("ttFirstToken")))
    span.cost_usd = cost_usd(span)
    values: Values = {
        keys.PROVIDER_NAME: span.provider,
        keys.REQUEST_MODEL: span.model,
        keys.INPUT_TOKENS: span.input_tokens,
        keys.OUTPUT_TOKENS: span.output_tokens,
        keys.TIME_TO_FIRST_CHUNK: span.ttft_ms / 1e3,
    }
    if messages := generation.get("messages"):
        values[keys.INPUT_MESSAGES] = to_json(messages)
    if completion := generation.get("messageCompletion"):
        values[keys.OUTPUT_MESSAGES] = to_json([completion])
    rest = {
        key: generation[key]
        for key in ("settings", "tools", "prompt", "variables", "error")
        if generation.get(key)
    }
    if rest:
        values[keys.CHAINLIT_GENERATION] = to_json(rest)
    span.attributes.update({key: value for key, value in values.items() if value})


def _count(value: Any) -> int:
    return max(0, int(_number(value)))


def _number(value: Any) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


def _body(row: Record, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else "" if value is None else to_json(value)
