"""Routes by which people delete what is theirs."""

from fastapi import APIRouter, Response

from spanlit.server.live.views import View
from spanlit.storage.deletion import DeletionReport

from .services import AppServices, UserId
from .threads import ThreadId

router = APIRouter(prefix="/api", tags=["deletion"])


class DeletionView(View):
    """What is gone for good."""

    rows: dict[str, int]
    """How many, by table."""
    blobs: int
    """Files and large values."""
    blobs_left: int
    """Those that are deleted later, because their storage is away."""


@router.delete("/threads/{thread_id}", operation_id="deleteThread")
async def delete_thread(app: AppServices, user_id: UserId, thread_id: ThreadId) -> DeletionView:
    """Delete a thread with everything in it."""
    return _view(await app.deletions.thread(user_id, str(thread_id)))


@router.delete("/me", operation_id="deleteMe")
async def delete_me(app: AppServices, user_id: UserId, response: Response) -> DeletionView:
    """Delete you, your threads, and the scores that you gave. There is no way back."""
    report = await app.deletions.user(user_id)
    app.identity.forget(response)
    return _view(report)


def _view(report: DeletionReport) -> DeletionView:
    return DeletionView(rows=dict(report.rows), blobs=report.blobs, blobs_left=report.blobs_left)
