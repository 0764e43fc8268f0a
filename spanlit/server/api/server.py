"""Routes about the server itself."""

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request, Response

from spanlit.server.config_scores import ScoreDeclaration
from spanlit.server.live.events import ServerStatus
from spanlit.server.live.views import View
from spanlit.storage.models import ScoreType

from .services import AppServices

router = APIRouter(tags=["server"])


class ScoreFormView(View):
    """A score that the app declared, and how to ask for it."""

    name: str
    description: str
    type: ScoreType
    min: float | None
    max: float | None
    integer: bool
    labels: list[str]
    reasons: list[str]
    good_reasons: list[str]
    better: Literal["higher", "lower"]
    ask: Literal["user", "none"]


class AppConfig(View):
    """What the UI needs to know before anything else."""

    name: str
    description: str
    version: str
    trace: Literal["full", "strip", "tool_call", "hidden"]
    default_theme: Literal["system", "light", "dark"]
    user_id: str
    scores: list[ScoreFormView]
    """The scores that the app declared, the thumbs first."""


class Health(View):
    """The server answers."""

    status: Literal["ok"] = "ok"


@router.get("/api/config", operation_id="getConfig")
async def get_config(app: AppServices, request: Request, response: Response) -> AppConfig:
    """The configuration of the UI. Gives a browser that has none an identity."""
    user_id = app.identity.user_of(request.cookies)
    if user_id is None:
        user_id = app.identity.issue(response, secure=request.url.scheme == "https")
    ui = app.config.ui
    return AppConfig(
        name=ui.name,
        description=ui.description,
        version=version("spanlit"),
        trace=ui.trace,
        default_theme=ui.default_theme,
        user_id=user_id,
        scores=[_score_form(declared) for declared in app.scores.rules.declared],
    )


def _score_form(declared: ScoreDeclaration) -> ScoreFormView:
    return ScoreFormView(**declared.model_dump())


@router.get("/api/status", operation_id="getStatus")
async def get_status(app: AppServices) -> ServerStatus:
    """How storage stands."""
    return app.status


@router.get("/health", operation_id="getHealth")
async def get_health() -> Health:
    """For load balancers: the server answers."""
    return Health()
