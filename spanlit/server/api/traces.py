"""Routes of traces and spans."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from spanlit.server.live.contents import Body
from spanlit.server.live.views import SpanDetail, TraceView

from .content import content_response
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


@router.head("/{trace_id}/spans/{span_id}/{body}", include_in_schema=False)
@router.get(
    "/{trace_id}/spans/{span_id}/{body}", operation_id="getSpanBody", response_class=Response
)
async def get_span_body(
    app: AppServices,
    user_id: UserId,
    request: Request,
    trace_id: TraceId,
    span_id: SpanId,
    body: Body,
) -> Response:
    """The whole of a body that the span itself has in part, as plain text, or a range of it."""
    content = await app.contents.body(user_id, trace_id, span_id, body)
    return content_response(request, content)
