"""The pages of the UI, and the files that they load."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from spanlit.server.base_path import base_of
from spanlit.server.static_files import StaticFiles

from .services import AppServices

router = APIRouter(include_in_schema=False)
_files = StaticFiles()


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def get_page(app: AppServices, request: Request, path: str) -> Response:
    """The UI. Gives a browser that has none an identity."""
    response = None
    if path.split("/", 1)[0] not in ("api", "ws", "health"):
        response = _files.response(request, path, base_of(request.scope))
    if response is None:
        raise HTTPException(404, f"There is no /{path}.")
    is_page = "content-security-policy" in response.headers
    if is_page and app.identity.user_of(request.cookies) is None:
        app.identity.issue(response, secure=request.url.scheme == "https")
    return response
