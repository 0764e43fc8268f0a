"""Routes about the server itself."""

from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request, Response

from spanlit.server.config_scores import ScoreDeclaration
from spanlit.server.live.events import ServerStatus
from spanlit.server.live.views import Microseconds, View
from spanlit.storage.models import ScoreType

from .services import AppServices, UserId

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


class RetentionView(View):
    """What was deleted because it was too old, since the server started."""

    running: bool
    runs: int
    last_run_us: Microseconds
    """0: there was none."""
    failed: bool
    """Whether the last run failed; the log of the server says why."""
    deleted: dict[str, int]
    """Rows by table, and `blobs`."""


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


@router.get("/api/retention", operation_id="getRetention")
async def get_retention(app: AppServices, _: UserId) -> RetentionView:
    """What was deleted because it was too old."""
    status = app.retention
    return RetentionView(
        running=status.running,
        runs=status.runs,
        last_run_us=status.last_run_ns // 1_000,
        failed=bool(status.last_error),
        deleted=status.deleted,
    )


@router.get("/health", operation_id="getHealth")
async def get_health() -> Health:
    """For load balancers: the server answers."""
    return Health()
