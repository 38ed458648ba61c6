"""Errors in the shape that OpenAI's clients read."""

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse


class UnknownModel(Exception):
    """A model was asked for that is not served here: nothing else is passed off as it."""


def problem(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> JSONResponse:
    """An error answer of OpenAI's API."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error}, status)


def invalid_request(_: Request, error: Exception) -> JSONResponse:
    """Says what is wrong with the first bad field."""
    assert isinstance(error, ValidationError)  # noqa: S101 - as it is registered
    first = error.errors(include_url=False, include_input=False)[0]
    param = str(first["loc"][0]) if first["loc"] else None
    message = first["msg"] if param is None else f"{param}: {first['msg']}"
    return problem(400, message, param=param, code="invalid_value")


def unknown_model(_: Request, error: Exception) -> JSONResponse:
    """Says which models there are instead."""
    return problem(404, str(error), param="model", code="model_not_found")


def http_error(_: Request, error: Exception) -> JSONResponse:
    """An unknown path or method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - as it is registered
    return problem(error.status_code, error.detail)


def unexpected(_: Request, __: Exception) -> JSONResponse:
    """A fault of ours, without its details."""
    return problem(500, "The model server failed.", code="internal_error")
