"""Routes of files."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from .content import content_response
from .services import AppServices, UserId
from .threads import ThreadId

router = APIRouter(prefix="/api/threads/{thread_id}/elements", tags=["files"])

ElementId = Annotated[str, Path(max_length=100, description="Id of an element of the thread")]


@router.head("/{element_id}/content", include_in_schema=False)
@router.get("/{element_id}/content", operation_id="getElementContent", response_class=Response)
async def get_element_content(
    app: AppServices,
    user_id: UserId,
    request: Request,
    thread_id: ThreadId,
    element_id: ElementId,
) -> Response:
    """The bytes of a file, or a range of them."""
    content = await app.contents.element(user_id, str(thread_id), element_id)
    return content_response(request, content)
