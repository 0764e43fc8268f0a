"""Every error of the REST interface has the same shape."""

import logging
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from spanlit.server.live.commands import ErrorCode
from spanlit.server.live.refusal import Refusal
from spanlit.server.live.views import View

logger = logging.getLogger(__name__)

_STATUS: Final[dict[ErrorCode, HTTPStatus]] = {
    "invalid": HTTPStatus.UNPROCESSABLE_ENTITY,
    "unknown-thread": HTTPStatus.NOT_FOUND,
    "unknown-span": HTTPStatus.NOT_FOUND,
    "unknown-file": HTTPStatus.NOT_FOUND,
    "too-many": HTTPStatus.TOO_MANY_REQUESTS,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
}


class ApiError(View):
    """What went wrong: a code for programs, one sentence for people."""

    code: str
    message: str


class ErrorBody(View):
    """The body of every answer that is an error."""

    error: ApiError


def error_response(status: int, code: str, message: str) -> JSONResponse:
    """An answer that is an error."""
    body = ErrorBody(error=ApiError(code=code, message=message))
    return JSONResponse(body.model_dump(), status_code=status)


def add_error_handlers(api: FastAPI) -> None:
    """Give every error of `api` the common shape."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http_error)
    api.add_exception_handler(Exception, _failed)


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return error_response(_STATUS[error.error.code], error.error.code, error.error.message)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    return error_response(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", f"{where}: {problem['msg']}")


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    response = error_response(
        error.status_code, phrase.lower().replace(" ", "-"), str(error.detail or phrase)
    )
    response.headers.update(error.headers or {})
    return response


async def _failed(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return error_response(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "The server could not do that."
    )
