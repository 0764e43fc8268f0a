"""Routes of threads."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from spanlit.server.live.views import Snapshot, ThreadView, View

from .services import AppServices, UserId

router = APIRouter(prefix="/api/threads", tags=["threads"])

ThreadId = Annotated[UUID, Path(description="Id of a thread of yours")]


class ThreadPage(View):
    """One page of a list of threads."""

    items: list[ThreadView]
    next_cursor: str | None
    """Give it as `cursor` to get the next page; null on the last one."""


class ThreadPatch(BaseModel):
    """What can be changed about a thread."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)


@router.get("", operation_id="listThreads")
async def list_threads(
    app: AppServices,
    user_id: UserId,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> ThreadPage:
    """Your threads, latest change first."""
    page = await app.threads.page(user_id, limit, cursor)
    return ThreadPage(items=page.items, next_cursor=page.next_cursor)


@router.get("/{thread_id}", operation_id="getThread")
async def get_thread(app: AppServices, user_id: UserId, thread_id: ThreadId) -> Snapshot:
    """A thread with its messages and turns."""
    return await app.threads.snapshot(user_id, str(thread_id))


@router.patch("/{thread_id}", operation_id="renameThread")
async def rename_thread(
    app: AppServices, user_id: UserId, thread_id: ThreadId, patch: ThreadPatch
) -> ThreadView:
    """Give a thread another name."""
    return await app.threads.rename(user_id, str(thread_id), patch.name)
