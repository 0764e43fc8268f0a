"""Routes of traces and spans."""

from typing import Annotated

from fastapi import APIRouter, Path

from spanlit.server.live.views import SpanDetail, TraceView

from .services import AppServices, UserId

router = APIRouter(prefix="/api/traces", tags=["traces"])

TraceId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="Id of a trace")]
SpanId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Id of a span")]


@router.get("/{trace_id}", operation_id="getTrace")
async def get_trace(app: AppServices, user_id: UserId, trace_id: TraceId) -> TraceView:
    """All spans of a trace."""
    return await app.traces.trace(user_id, trace_id)


@router.get("/{trace_id}/spans/{span_id}", operation_id="getSpan")
async def get_span(
    app: AppServices, user_id: UserId, trace_id: TraceId, span_id: SpanId
) -> SpanDetail:
    """One span with everything that is known of it."""
    return await app.traces.span(user_id, trace_id, span_id)
