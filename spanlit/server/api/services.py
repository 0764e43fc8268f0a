"""What the routes need of the app, as FastAPI dependencies."""

from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from spanlit.server.config import Config
from spanlit.server.identity import Identity
from spanlit.server.live.contents import Contents
from spanlit.server.live.deletions import Deletions
from spanlit.server.live.events import ServerStatus
from spanlit.server.live.scores import Scores
from spanlit.server.live.threads import Threads
from spanlit.server.live.traces import Traces
from spanlit.storage.retention import RetentionStatus


class Services(Protocol):
    """The app as the routes see it."""

    config: Config

    @property
    def identity(self) -> Identity: ...

    @property
    def threads(self) -> Threads: ...

    @property
    def traces(self) -> Traces: ...

    @property
    def scores(self) -> Scores: ...

    @property
    def contents(self) -> Contents: ...

    @property
    def deletions(self) -> Deletions: ...

    @property
    def retention(self) -> RetentionStatus: ...

    @property
    def status(self) -> ServerStatus: ...


def services(request: Request) -> Services:
    """The app that serves the request."""
    app: Services = request.app.state.services
    return app


AppServices = Annotated[Services, Depends(services)]


def require_user(request: Request, app: AppServices) -> str:
    """The user who asks.

    Raises:
        HTTPException: 401: the request has no identity of ours.
    """
    user_id = app.identity.user_of(request.cookies)
    if user_id is None:
        raise HTTPException(401, "You are not known here; load the page first.")
    return user_id


UserId = Annotated[str, Depends(require_user)]
