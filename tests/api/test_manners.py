"""What holds for every answer: ids, problems, and nothing of our inside."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.edge.routes import OPERATIONS
from helpdesk.identity import Scope
from tests.api.world import World

_SERVED = [each for each in OPERATIONS if each.run is not None]
_WITH_BODY = [each for each in _SERVED if each.body]
_KINDS = {
    "document_id": "doc",
    "conversation_id": "conv",
    "turn_id": "turn",
    "key_id": "key",
    "name": "tool",
    "webhook_id": "wh",
    "action_id": "act",
    "tenant_id": "ten",
    "export_id": "exp",
    "reconciliation_id": "rec",
    "period": "month",
}


def _path(operation):
    path = operation.path
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", f"{_KINDS[name]}_{'0' * 26}")
    return path


def _key(world, company, operation):
    """A key that may do it."""
    match operation.scope:
        case Scope.SESSIONS:
            return company.publishable
        case Scope.PLATFORM | Scope.METERING:
            return world.platform_keys.operator
        case Scope.EXPORTS:
            return world.platform_keys.finance
        case _:
            return company.secret


@pytest.mark.parametrize("operation", _SERVED, ids=lambda each: each.id)
def test_every_answer_has_a_request_id_and_is_readable_by_pages(world, acme, operation):
    given = world.call(
        operation.method, _path(operation), key=acme.secret, headers={"x-request-id": "mine-12345"}
    )
    made = world.call(operation.method, _path(operation), key=acme.secret)

    assert given.headers["x-request-id"] == "mine-12345"
    assert given.headers["access-control-allow-origin"] == "*"
    assert made.headers["x-request-id"].startswith("req_")


def test_a_page_may_read_which_request_was_refused(world):
    answer = world.call("GET", "/v1/tenant", headers={"Origin": "https://shop.example"})

    assert (answer.status, answer.headers["access-control-allow-origin"]) == (401, "*")
    assert "X-Request-Id" in answer.headers["access-control-expose-headers"].split(", ")


def test_a_problem_names_its_request(world):
    answer = world.call("GET", "/v1/nothing", headers={"X-Request-Id": "mine-12345"})

    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.json["request_id"] == "mine-12345"


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/nothing", "/v2/tenant", "/v1/documents/a/b"])
def test_a_path_that_is_not_there_is_not_found(world, acme, path):
    assert world.call("GET", path, key=acme.secret).code == "not_found"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/tenant", "GET, PATCH"),
        ("DELETE", "/v1/documents", "POST, GET"),
        ("POST", "/v1/health", "GET"),
        ("GET", "/v1/chat", "POST"),
    ],
)
def test_a_method_that_a_path_does_not_take_is_told_which_it_takes(
    world, acme, method, path, allowed
):
    answer = world.call(method, path, key=acme.secret)

    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("operation", _WITH_BODY, ids=lambda each: each.id)
def test_bad_bodies_are_refused_by_their_kind(world, acme, operation):
    key = _key(world, acme, operation)

    def send(content, **more):
        return world.call(operation.method, _path(operation), content, key=key, **more)

    assert (send("{").status, send("{").code) == (400, "invalid_request")
    assert send("[]").code == "invalid_request"
    assert send(None).code == "invalid_request"
    assert send(json.dumps({"a": "x" * 1_000_000})).code == "payload_too_large"
    plain = {"headers": {"content-type": "text/plain"}}
    assert send("{}", **plain).code == "unsupported_media_type"
    unknown = send({"colour": "red"})
    assert unknown.code == "validation_failed"
    assert "colour" in unknown.fields


def test_a_body_may_come_in_base64(world):
    body = {"name": "Äcme", "email": "ops@acme.example"}
    encoded = base64.b64encode(json.dumps(body, ensure_ascii=False).encode()).decode()

    answer = world.call("POST", "/v1/tenants", encoded, isBase64Encoded=True)

    assert answer.json["tenant"]["name"] == "Äcme"


def test_a_fault_of_ours_is_told_without_details_and_logged_without_its_message(aws, capsys):
    world = World(prefix="broken-")
    acme = world.company()

    def broken():
        raise RuntimeError("secret of anna@example.com")

    object.__setattr__(world.services, "tenancy", broken)
    answer = world.call("GET", "/v1/tenant", key=acme.secret)

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "Runtime" not in answer.text
    written = capsys.readouterr()
    assert '"error_type":"RuntimeError"' in written.err
    assert answer.json["request_id"] in written.err
    assert "anna" not in written.err + written.out


def test_what_a_table_says_of_its_failure_stays_inside(aws):
    world = World(prefix="lost-")
    acme = world.company()
    world.call("GET", "/v1/tenant", key=acme.secret)
    world.dynamodb.delete_table(TableName=world.tables["tenants"])

    answer = world.call("GET", "/v1/tenant", key=acme.secret)

    assert (answer.status, answer.code) == (500, "internal_error")
    assert "ResourceNotFound" not in answer.text


def test_one_line_is_logged_for_a_request_with_its_ids(world, acme, capsys):
    capsys.readouterr()
    answer = world.call("GET", "/v1/tenant", key=acme.secret)

    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert line["request"] == answer.headers["x-request-id"]
    assert line["tenant"] == acme.id
    assert (line["route"], line["status"]) == ("/v1/tenant", 200)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=8,
)


@given(
    operation=st.sampled_from(_SERVED),
    content=st.text(max_size=40) | _JSON.map(json.dumps),
    query=st.none() | st.dictionaries(st.sampled_from(["limit", "cursor", "q"]), st.text()),
    headers=st.dictionaries(
        st.sampled_from(["Content-Type", "Idempotency-Key", "X-Request-Id"]), st.text(max_size=20)
    ),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_whatever_makes_us_fail(world, acme, operation, content, query, headers):
    answer = world.call(
        operation.method,
        _path(operation),
        content,
        key=_key(world, acme, operation),
        query=query,
        headers=headers,
    )

    assert answer.status < 500, answer.text
    assert answer.headers["x-request-id"]
