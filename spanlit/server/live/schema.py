"""The live protocol as OpenAPI components, so that one generator types REST and sockets."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, RootModel
from pydantic.json_schema import models_json_schema

from .commands import Command, Reply
from .events import Event, Frame, ServerStatus

REF = "#/components/schemas/{model}"


class LiveEvent(RootModel[Event]):
    """Any event of a frame."""


class ClientCommand(RootModel[Command]):
    """Anything that a client may emit as `command`."""


SOCKET_MODELS: tuple[type[BaseModel], ...] = (Frame, LiveEvent, ClientCommand, Reply, ServerStatus)


def document(app: FastAPI) -> dict[str, Any]:
    """OpenAPI of the REST routes of `app`, with the models of the live protocol added."""
    openapi = get_openapi(title=app.title, version=app.version, routes=app.routes)
    _, definitions = models_json_schema(
        [(model, "serialization") for model in SOCKET_MODELS], ref_template=REF
    )
    schemas = openapi.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(definitions.get("$defs", {}))
    return openapi
