"""Routes of scores: what you think of answers, and what others said about them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from spanlit.server.chat.scoring import ScoreTarget
from spanlit.server.config_scores import USER_FEEDBACK
from spanlit.server.live.refusal import Refusal
from spanlit.server.live.views import ScoreView, View

from .services import AppServices, UserId
from .threads import ThreadId
from .traces import TraceId

router = APIRouter(tags=["scores"])

Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Hex16 = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class ScoreList(View):
    """Scores, oldest first."""

    items: list[ScoreView]


class ScoreBody(BaseModel):
    """A score of yours. Who gives it is known by your cookie.

    It is on a span if `span_id` is given, else on a trace if `trace_id` is given, else on a
    thread. There is one per target and name of yours.
    """

    model_config = ConfigDict(extra="forbid")

    thread_id: UUID | None = None
    trace_id: Hex32 | None = None
    span_id: Hex16 | None = None
    name: str = USER_FEEDBACK
    value: StrictBool | float | None = None
    label: str = ""
    comment: str = ""
    reasons: list[str] = []


@router.get("/api/threads/{thread_id}/scores", operation_id="listThreadScores")
async def list_thread_scores(app: AppServices, user_id: UserId, thread_id: ThreadId) -> ScoreList:
    """The scores on a thread of yours and on everything in it, whoever gave them."""
    return ScoreList(items=await app.scores.of_thread(user_id, str(thread_id)))


@router.get("/api/traces/{trace_id}/scores", operation_id="listTraceScores")
async def list_trace_scores(app: AppServices, user_id: UserId, trace_id: TraceId) -> ScoreList:
    """The scores on a trace of yours and on its spans, whoever gave them."""
    return ScoreList(items=await app.scores.of_trace(user_id, trace_id))


@router.put("/api/scores", operation_id="putScore")
async def put_score(app: AppServices, user_id: UserId, body: ScoreBody) -> ScoreView:
    """Give a score, or replace the one that you gave under that name. Again changes nothing."""
    target = _target(body.thread_id, body.trace_id, body.span_id)
    return await app.scores.rate(
        user_id,
        target,
        body.name,
        body.value,
        label=body.label,
        comment=body.comment,
        reasons=body.reasons,
    )


@router.delete("/api/scores", operation_id="deleteScore", status_code=204)
async def delete_score(
    app: AppServices,
    user_id: UserId,
    thread_id: UUID | None = None,
    trace_id: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")] = None,
    span_id: Annotated[str | None, Query(pattern=r"^[0-9a-f]{16}$")] = None,
    name: str = USER_FEEDBACK,
) -> None:
    """Take back a score that you gave. Scores of others stay."""
    await app.scores.withdraw(user_id, _target(thread_id, trace_id, span_id), name)


def _target(thread_id: UUID | None, trace_id: str | None, span_id: str | None) -> ScoreTarget:
    """What a score is on.

    Raises:
        Refusal: Nothing, or a span without its trace.
    """
    if not thread_id and not trace_id:
        raise Refusal(
            "invalid", "Say what the score is on: thread_id, or trace_id with or without span_id."
        )
    if span_id and not trace_id:
        raise Refusal("invalid", "span_id needs trace_id.")
    return ScoreTarget(trace_id or "", span_id or "", str(thread_id or ""))
