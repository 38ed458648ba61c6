"""How operations refuse, for the OpenAPI document: derived from what they take and who may call."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from helpdesk.edge.operations import Json, Operation
from helpdesk.edge.problems import (
    PROBLEM_JSON,
    REQUEST_ID_HEADER,
    internal_error,
    problem,
    problem_headers,
)
from helpdesk.errors import (
    Conflict,
    FieldError,
    Forbidden,
    HelpdeskError,
    IdempotencyConflict,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
)

Refusal = type[HelpdeskError]

_ALWAYS: tuple[Refusal, ...] = (RateLimited, HelpdeskError, Unavailable)
_WITH_KEY: tuple[Refusal, ...] = (Unauthenticated, Forbidden)
_WITH_BODY: tuple[Refusal, ...] = (
    InvalidRequest,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
)
_WITH_IDEMPOTENCY: tuple[Refusal, ...] = (InvalidRequest, Conflict, IdempotencyConflict)
_EXAMPLE_REQUEST = "req_01kaxg3n2m8q4r6t8v0w2x4y6z"


def refusals_of(operation: Operation) -> Sequence[Sequence[Refusal]]:
    """All that an operation may refuse with, one group for each status."""
    found: dict[Refusal, None] = dict.fromkeys((*operation.refusals, *_ALWAYS))
    if operation.scope:
        found |= dict.fromkeys(_WITH_KEY)
    if operation.parameters:
        found[NotFound] = None
    if operation.body:
        found |= dict.fromkeys(_WITH_BODY)
    if operation.query:
        found[ValidationFailed] = None
    if operation.idempotent:
        found |= dict.fromkeys(_WITH_IDEMPOTENCY)
    return _by_status(found)


def refusal_responses(operations: Iterable[Operation]) -> Json:
    """The response components: one for each group that some operation refuses with."""
    groups = [tuple(group) for each in operations for group in refusals_of(each)]
    return {name_of(group): response_of(group) for group in sorted(set(groups), key=name_of)}


def name_of(group: Sequence[Refusal]) -> str:
    """The name of a group's response component."""
    return "_or_".join(each.code for each in group)


def _by_status(refusals: Iterable[Refusal]) -> list[list[Refusal]]:
    ordered = sorted(refusals, key=lambda each: (each.status, each.code))
    return [list(group) for _, group in groupby(ordered, key=lambda each: each.status)]


def response_of(group: Sequence[Refusal]) -> Json:
    """How a group of refusals with one status is told."""
    examples = {each.code: {"value": problem(_example(each), _EXAMPLE_REQUEST)} for each in group}
    headers = problem_headers(_example(group[0]), _EXAMPLE_REQUEST)
    return {
        "description": " ".join(str(each.__doc__).splitlines()[0] for each in group),
        "headers": {
            name: (
                {"$ref": f"#/components/headers/{name}"}
                if name == REQUEST_ID_HEADER
                else {"schema": {"type": "string"}, "example": value}
            )
            for name, value in headers.items()
            if name != "Content-Type"
        },
        "content": {
            PROBLEM_JSON: {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/ProblemOut"},
                        {"properties": {"code": {"enum": [each.code for each in group]}}},
                    ]
                },
                "examples": examples,
            }
        },
    }


def _example(refusal: Refusal) -> HelpdeskError:
    if refusal is HelpdeskError:
        return internal_error()
    if refusal is MethodNotAllowed:
        return MethodNotAllowed(["GET"])
    named = refusal.status in (400, 422)
    errors = [FieldError("name", "This field is required.")] if named else []
    return refusal(str(refusal.__doc__), errors=errors)
