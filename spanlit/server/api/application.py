"""The FastAPI application behind the UI."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from spanlit.server.origins import Origins

from . import deletion, elements, pages, scores, server, threads, traces
from .body_limit import BodyLimit
from .errors import ErrorBody, add_error_handlers
from .origin_guard import OriginGuard
from .services import Services

_ERRORS: dict[int | str, dict[str, object]] = {
    "4XX": {"model": ErrorBody, "description": "The request cannot be granted"},
    "5XX": {"model": ErrorBody, "description": "The server or its store failed"},
}

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_api(services: Services, origins: Origins, lifespan: Lifespan | None = None) -> FastAPI:
    """Make the REST interface and the pages of an app.

    Args:
        services: The app.
        origins: Which pages may use it.
        lifespan: Starts and stops the app with the server.
    """
    api = FastAPI(
        title="Spanlit",
        version=version("spanlit"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=_ERRORS,
        # FastAPI would trace each of our own requests into the author's tracer provider.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    api.state.services = services
    add_error_handlers(api)
    api.add_middleware(BodyLimit)
    api.add_middleware(OriginGuard, origins=origins)
    if services.config.server.allow_origins:
        api.add_middleware(
            CORSMiddleware,
            allow_origins=list(services.config.server.allow_origins),
            allow_credentials=True,
            allow_methods=["GET", "PUT", "PATCH", "DELETE"],
            allow_headers=["content-type"],
        )
    for module in (server, threads, elements, deletion, traces, scores, pages):
        api.include_router(module.router)
    return api
