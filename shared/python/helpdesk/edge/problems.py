"""Refusals and failures as RFC 9457 problems, and the id that every answer carries."""

import math
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from helpdesk.clock import utc_now
from helpdesk.errors import HelpdeskError, MethodNotAllowed
from helpdesk.ids import new_id

PROBLEM_JSON = "application/problem+json"
REQUEST_ID_HEADER = "X-Request-Id"

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,128}", re.ASCII)


class FieldErrorOut(BaseModel):
    """What is wrong with one field; ``field`` is its dotted name."""

    field: str
    message: str


class ProblemOut(BaseModel):
    """A refusal or a failure, after RFC 9457; ``code`` is a stable word."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: Sequence[FieldErrorOut] | None = None


def request_id(given: str | None) -> str:
    """The caller's own request id when it is 8–128 letters, digits, ``-`` or ``_``; else a new
    one."""
    if given and _REQUEST_ID.fullmatch(given):
        return given
    return new_id("req", utc_now())


def problem(error: HelpdeskError, request: str) -> dict[str, Any]:
    """The body of a refusal."""
    body: dict[str, Any] = {
        "type": f"urn:helpdesk:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request,
    }
    if error.errors:
        body["errors"] = [{"field": e.field, "message": e.message} for e in error.errors]
    return body


def problem_headers(error: HelpdeskError, request: str) -> dict[str, str]:
    """The headers of a refusal; ``Retry-After`` in whole seconds where waiting helps."""
    headers = {"Content-Type": PROBLEM_JSON, REQUEST_ID_HEADER: request}
    if error.retry_after_seconds is not None or error.retryable:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_seconds or 1)))
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    return headers


def internal_error() -> HelpdeskError:
    """What a caller is told about an unexpected exception: nothing of it."""
    return HelpdeskError("Something went wrong on our side. Try again; quote the request id.")
