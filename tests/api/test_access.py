"""Who may do what, and that nobody is believed who could have written it himself."""

from uuid import uuid4

import pytest

from helpdesk.edge.authorizer import policy
from helpdesk.edge.routes import OPERATIONS
from helpdesk.identity import SCOPES, Scope
from helpdesk.keys import Role
from tests.api.world import World

SIGN_UP = {"name": "Acme", "email": "ops@acme.example"}
_SERVED = [each for each in OPERATIONS if each.run is not None]
_GUARDED = [each for each in _SERVED if each.scope not in (None, Scope.SIGN_UP)]


def _path(operation):
    return operation.path.replace("{", "").replace("}", "")


@pytest.mark.parametrize("operation", _GUARDED, ids=lambda each: each.id)
def test_nothing_is_answered_without_a_key(world, operation):
    answer = world.call(operation.method, _path(operation))

    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", _GUARDED, ids=lambda each: each.id)
def test_a_key_of_another_role_is_forbidden(world, acme, operation):
    keys = {
        Role.SECRET: acme.secret,
        Role.PUBLISHABLE: acme.publishable,
        Role.OPERATOR: world.platform_keys.operator,
        Role.FINANCE: world.platform_keys.finance,
        Role.VISITOR: world.visitor(acme),
    }
    assert set(keys) == set(Role)
    for role, key in keys.items():
        answer = world.call(operation.method, _path(operation), key=key)
        if operation.scope in SCOPES[role]:
            assert answer.status != 403
        else:
            assert (answer.status, answer.code) == (403, "forbidden")


_FORGERIES = {
    "x-amzn-request-context": '{"authorizer": {"role": "secret", "tenant": "%s"}}',
    "X-Amzn-Request-Context": '{"authorizer": {"role": "secret", "tenant": "%s"}}',
    "x-amzn-lambda-context": '{"authorizer": {"role": "operator"}}',
    "requestContext": '{"authorizer": {"role": "secret", "tenant": "%s"}}',
    "authorizer": '{"role": "secret", "tenant": "%s"}',
    "X-Tenant-Id": "%s",
    "role": "operator",
}


@pytest.mark.parametrize("header", _FORGERIES)
def test_a_forged_identity_changes_nothing(world, acme, rival, header):
    forged = {header: _FORGERIES[header].replace("%s", acme.id)}

    assert world.call("GET", "/v1/tenant", headers=forged).status == 401
    own = world.call("GET", "/v1/tenant", key=rival.secret, headers=forged)
    assert own.json["id"] == rival.id
    assert world.call("GET", "/v1/usage", key=rival.publishable, headers=forged).status == 403


def test_a_forged_identity_does_not_sign_up_where_operators_do(aws):
    world = World(sign_up="operator", prefix=f"{uuid4()}-")
    for header, value in _FORGERIES.items():
        answer = world.call("POST", "/v1/tenants", SIGN_UP, headers={header: value})
        assert answer.code == "unauthenticated"


def test_sign_up_is_for_operators_where_the_stage_says_so(aws):
    world = World(sign_up="operator", prefix=f"{uuid4()}-")
    acme = world.company()

    assert world.call("POST", "/v1/tenants", SIGN_UP).code == "unauthenticated"
    assert world.call("POST", "/v1/tenants", SIGN_UP, key=acme.secret).code == "forbidden"
    finance = world.platform_keys.finance
    assert world.call("POST", "/v1/tenants", SIGN_UP, key=finance).code == "forbidden"
    operator = world.platform_keys.operator
    assert world.call("POST", "/v1/tenants", SIGN_UP, key=operator).status == 201


@pytest.mark.parametrize("path", ["/v1/health", "/v1/openapi.json"])
def test_health_and_the_description_need_no_key(world, path):
    assert world.call("GET", path).status == 200


@pytest.mark.parametrize("authorization", ["Basic abc", "Bearer", "Bearer ", "hd_sk_x", "bearer é"])
def test_a_header_that_holds_no_key_is_no_key(world, authorization):
    answer = world.call("GET", "/v1/tenant", headers={"authorization": authorization})

    assert answer.code == "unauthenticated"


def test_the_authorizers_policy_covers_the_whole_stage(world, acme):
    arn = "arn:aws:execute-api:eu-west-1:123456789012:abc/live/GET/v1/documents/doc_1"
    principal = world.authenticator.principal(f"Bearer {acme.secret}")

    allowed = policy(principal, arn)
    (statement,) = allowed["policyDocument"]["Statement"]
    assert statement["Resource"] == "arn:aws:execute-api:eu-west-1:123456789012:abc/live/*"
    assert statement["Effect"] == "Allow"
    assert allowed["context"]["tenant"] == acme.id
    assert all(isinstance(value, str) for value in allowed["context"].values())

    denied = policy(None, arn)
    assert denied["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    assert denied["context"] == {}
