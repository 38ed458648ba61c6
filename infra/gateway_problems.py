"""What API Gateway itself refuses, said as the product says it: problem+json, with CORS."""

import json
from dataclasses import dataclass

from aws_cdk.aws_apigateway import ResponseType, RestApi


@dataclass(frozen=True, slots=True)
class _Problem:
    code: str
    status: int
    title: str
    detail: str


_UNAUTHENTICATED = _Problem(
    "unauthenticated", 401, "Not authenticated", "Send a valid key as a bearer token."
)
_NOT_FOUND = _Problem("not_found", 404, "Not found", "There is nothing at this path.")
_TOO_LARGE = _Problem("payload_too_large", 413, "Payload too large", "The request is too large.")
_RATE_LIMITED = _Problem("rate_limited", 429, "Too many requests", "Slow down, and try again.")
_INVALID = _Problem("invalid_request", 400, "Invalid request", "The request can't be read.")
_UNAVAILABLE = _Problem("unavailable", 503, "Unavailable", "Try again in a moment.")
_INTERNAL = _Problem("internal_error", 500, "Internal error", "Something went wrong on our side.")

_PROBLEMS = {
    "UNAUTHORIZED": (ResponseType.UNAUTHORIZED, _UNAUTHENTICATED),
    # The authorizer denies only whom it does not know; what a known caller may do is decided by
    # each operation.
    "ACCESS_DENIED": (ResponseType.ACCESS_DENIED, _UNAUTHENTICATED),
    # API Gateway's word for a path and method that nobody serves.
    "MISSING_AUTHENTICATION_TOKEN": (ResponseType.MISSING_AUTHENTICATION_TOKEN, _NOT_FOUND),
    "RESOURCE_NOT_FOUND": (ResponseType.RESOURCE_NOT_FOUND, _NOT_FOUND),
    "REQUEST_TOO_LARGE": (ResponseType.REQUEST_TOO_LARGE, _TOO_LARGE),
    "THROTTLED": (ResponseType.THROTTLED, _RATE_LIMITED),
    "QUOTA_EXCEEDED": (ResponseType.QUOTA_EXCEEDED, _RATE_LIMITED),
    "INTEGRATION_TIMEOUT": (ResponseType.INTEGRATION_TIMEOUT, _UNAVAILABLE),
    "INTEGRATION_FAILURE": (ResponseType.INTEGRATION_FAILURE, _UNAVAILABLE),
    "AUTHORIZER_FAILURE": (ResponseType.AUTHORIZER_FAILURE, _UNAVAILABLE),
    "DEFAULT_4XX": (ResponseType.DEFAULT_4_XX, _INVALID),
    "DEFAULT_5XX": (ResponseType.DEFAULT_5_XX, _INTERNAL),
}


def add_problems(api: RestApi) -> None:
    """Gives the API a problem for each of its own refusals."""
    for name, (kind, problem) in _PROBLEMS.items():
        api.add_gateway_response(
            f"Problem{name}",
            type=kind,
            status_code=str(problem.status),
            response_headers=_headers(problem),
            templates={"application/json": _body(problem)},
        )


def _body(problem: _Problem) -> str:
    return json.dumps(
        {
            "type": f"urn:helpdesk:problem:{problem.code}",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "code": problem.code,
            "request_id": "$context.requestId",
        }
    )


def _headers(problem: _Problem) -> dict[str, str]:
    headers = {
        "Content-Type": "'application/problem+json'",
        "Access-Control-Allow-Origin": "'*'",
        "Access-Control-Expose-Headers": "'X-Request-Id, Retry-After'",
        "X-Request-Id": "context.requestId",
    }
    if problem.status in (429, 503):
        headers["Retry-After"] = "'1'"
    if problem.status == 401:
        headers["WWW-Authenticate"] = "'Bearer'"
    return headers
