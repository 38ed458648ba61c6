"""Problems, after RFC 9457, and request ids."""

import pytest

from helpdesk.edge.problems import internal_error, problem, problem_headers, request_id
from helpdesk.errors import (
    FieldError,
    HelpdeskError,
    MethodNotAllowed,
    RateLimited,
    Unauthenticated,
    Unavailable,
    ValidationFailed,
)


def test_a_problem_says_what_and_where():
    error = ValidationFailed("Check: name.", errors=[FieldError("name", "Too long.")])

    assert problem(error, "req_1") == {
        "type": "urn:helpdesk:problem:validation_failed",
        "title": "Validation failed",
        "status": 422,
        "detail": "Check: name.",
        "code": "validation_failed",
        "request_id": "req_1",
        "errors": [{"field": "name", "message": "Too long."}],
    }


@pytest.mark.parametrize(
    ("error", "header", "value"),
    [
        (RateLimited("Later.", retry_after_seconds=1.2), "Retry-After", "2"),
        (RateLimited("Later.", retry_after_seconds=0.0), "Retry-After", "1"),
        (Unavailable("Later."), "Retry-After", "1"),
        (Unauthenticated("Who?"), "WWW-Authenticate", "Bearer"),
        (MethodNotAllowed(["GET", "POST"]), "Allow", "GET, POST"),
        (internal_error(), "X-Request-Id", "req_1"),
    ],
)
def test_a_refusal_has_the_headers_that_go_with_it(error, header, value):
    assert problem_headers(error, "req_1")[header] == value


@pytest.mark.parametrize("given", ["abcd1234", "A-b_" * 32, "7f7c1e0a-6c5e-4a6e-9d55-0d0d3a4a5b6c"])
def test_a_fit_request_id_is_kept(given):
    assert request_id(given) == given


@pytest.mark.parametrize("given", [None, "", "short", "anna@example.com", "a b c d e f", "x" * 129])
def test_any_other_request_id_is_replaced(given):
    made = request_id(given)

    assert made != given
    assert made.startswith("req_")


def test_each_error_has_a_code_and_a_status_of_its_own_tree():
    def tree(error):
        return [error, *(leaf for each in error.__subclasses__() for leaf in tree(each))]

    codes = [error.code for error in tree(HelpdeskError) if "code" in vars(error)]
    assert len(codes) == len(set(codes))
