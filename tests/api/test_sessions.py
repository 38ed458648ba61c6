"""Visitors' sessions through the API: who gets one, and what it opens."""

import hmac
from datetime import timedelta
from uuid import uuid4

import pytest

from helpdesk.clock import from_rfc3339, rfc3339, utc_now
from helpdesk.conversations import EndUser
from helpdesk.edge.access import context_of, principal_of
from helpdesk.edge.routes import OPERATIONS
from helpdesk.errors import Unauthenticated
from helpdesk.identity import SCOPES, Principal, Scope
from helpdesk.ids import KeyId, TenantId, VisitorId
from helpdesk.keys import Role
from helpdesk.visitor_tokens import Visitor, VisitorSession, VisitorTokens
from tests.api.world import World

PATH = "/v1/sessions"
SITE = "https://acme.example"


def signed(world, company, end_user_id):
    secrets = world.call("GET", "/v1/signing-secrets", key=company.secret).json["items"]
    key = secrets[0]["secret"].encode()
    return hmac.new(key, end_user_id.encode(), "sha256").hexdigest()


def opened(world, company, body=None, **call):
    return world.call("POST", PATH, body or {}, key=company.publishable, **call)


def principal(world, token):
    return world.authenticator.principal(f"Bearer {token}")


def only_from(world, company, *origins):
    change = {"allowed_origins": list(origins)}
    assert world.call("PATCH", "/v1/tenant", change, key=company.secret).status == 200


def test_a_visitor_of_whom_nothing_is_known(world, acme):
    before = utc_now()
    answer = opened(world, acme)

    assert answer.status == 201
    assert set(answer.json) == {"token", "expires_at"}
    lasts = from_rfc3339(answer.json["expires_at"]) - before
    assert timedelta(minutes=14, seconds=58) < lasts < timedelta(minutes=15, seconds=1)
    who = principal(world, answer.json["token"])
    assert (who.role, who.tenant) == (Role.VISITOR, acme.id)
    assert who.visitor.end_user is None
    assert who.visitor.expires_at == from_rfc3339(answer.json["expires_at"])
    keys = world.call("GET", "/v1/keys", key=acme.secret).json["items"]
    assert who.key == next(key["id"] for key in keys if key["role"] == "publishable")
    other = principal(world, opened(world, acme).json["token"])
    assert other.visitor.id != who.visitor.id


def test_an_end_user_whom_the_tenants_server_signed(world, acme):
    user = {"id": "kundin-ü", "name": "Ada", "email": "ada@shop.example"}
    body = {"end_user": user, "signature": signed(world, acme, user["id"])}

    who = principal(world, opened(world, acme, body).json["token"])

    assert who.visitor.end_user == EndUser(**user)


def test_a_signature_by_the_secret_before_still_fits(world, acme):
    body = {"end_user": {"id": "u-1"}, "signature": signed(world, acme, "u-1")}
    world.call("POST", "/v1/signing-secrets", key=acme.secret)

    assert opened(world, acme, body).status == 201
    world.call("POST", "/v1/signing-secrets", key=acme.secret)
    assert opened(world, acme, body).code == "unauthenticated"


@pytest.mark.parametrize("signature", [None, "0" * 64, "é", "nonsense"])
def test_an_end_user_without_a_fitting_signature_is_nobody(world, acme, signature):
    answer = opened(world, acme, {"end_user": {"id": "u-1"}, "signature": signature})

    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert "sign" in answer.json["detail"]


def test_a_signature_of_somebody_else_does_not_fit(world, acme, rival):
    signature = signed(world, acme, "u-1")

    assert opened(world, acme, {"end_user": {"id": "u-2"}, "signature": signature}).status == 401
    assert opened(world, rival, {"end_user": {"id": "u-1"}, "signature": signature}).status == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"signature": "0" * 64}, "signature"),
        ({"end_user": {}, "signature": "0" * 64}, "end_user.id"),
        ({"end_user": {"id": "u", "admin": True}}, "end_user.admin"),
        ({"visitor": "vis_1"}, "visitor"),
    ],
)
def test_a_wrong_body_names_its_field(world, acme, body, field):
    answer = opened(world, acme, body)

    assert (answer.status, answer.fields) == (422, [field])


@pytest.mark.parametrize("origin", ["https://evil.example", "http://acme.example", "null", None])
def test_only_pages_of_an_allowed_origin_open_one(world, acme, origin):
    only_from(world, acme, SITE, "http://localhost:3000")

    answer = opened(world, acme, headers={"Origin": origin} if origin else {})
    assert (answer.status, answer.code) == (403, "forbidden")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert opened(world, acme, headers={"origin": SITE}).status == 201


def test_whoever_names_no_origin_is_open_on_one_machine_alone(aws, world, acme):
    assert opened(world, acme, headers={"Origin": SITE}).status == 201
    cloud = World(prefix=f"{uuid4()}-", any_origin=False)
    company = cloud.company()

    assert opened(cloud, company, headers={"Origin": SITE}).code == "forbidden"
    assert opened(cloud, company).code == "forbidden"
    only_from(cloud, company, SITE)
    assert opened(cloud, company, headers={"Origin": SITE}).status == 201


def test_a_revoked_publishable_key_opens_none(world, acme):
    keys = world.call("GET", "/v1/keys", key=acme.secret).json["items"]
    (id_,) = (key["id"] for key in keys if key["role"] == "publishable")
    token = world.visitor(acme)

    world.call("DELETE", f"/v1/keys/{id_}", key=acme.secret)

    with pytest.raises(Unauthenticated):
        world.without_memory.principal(f"Bearer {acme.publishable}")
    assert principal(world, token).tenant == acme.id


_SERVED = [each for each in OPERATIONS if each.run and each.scope not in (None, Scope.SIGN_UP)]


@pytest.mark.parametrize("operation", _SERVED, ids=lambda each: each.id)
def test_a_visitor_may_chat_and_nothing_else(world, acme, operation):
    path = operation.path.replace("{", "").replace("}", "")

    answer = world.call(operation.method, path, key=world.visitor(acme, "u-1"))

    may = operation.scope in SCOPES[Role.VISITOR]
    own = {"getConversation", "giveFeedback", "resolveConversation", "reopenConversation"}
    assert may == (operation.id in own)
    assert (answer.status == 403) != may


VISITORS = [None, "u-1"]


def _conversation(world, company, token):
    who = principal(world, token).visitor
    user = who.end_user.id if who.end_user else None
    return world.turn(company.id, end_user=user, visitor=None if user else who.id)


@pytest.mark.parametrize("end_user", VISITORS)
def test_a_visitor_reads_and_rates_his_own(world, acme, end_user):
    token = world.visitor(acme, end_user)
    turn = _conversation(world, acme, token)
    path = f"/v1/conversations/{turn.conversation}"

    assert world.call("GET", path, key=token).json["id"] == turn.conversation
    rated = world.call("POST", f"{path}/turns/{turn.id}/feedback", {"rating": "up"}, key=token)
    assert rated.status == 200
    assert world.call("GET", path, key=acme.secret).json["turns"][0]["feedback"]["rating"] == "up"


@pytest.mark.parametrize("end_user", VISITORS)
def test_a_visitor_resolves_and_reopens_his_own(world, acme, end_user):
    token = world.visitor(acme, end_user)
    path = f"/v1/conversations/{_conversation(world, acme, token).conversation}"

    assert world.call("POST", f"{path}/resolve", key=token).json["status"] == "closed"
    assert world.call("POST", f"{path}/reopen", key=token).json["status"] == "bot"


@pytest.mark.parametrize("owner", VISITORS)
@pytest.mark.parametrize("stranger", [None, "u-2"])
def test_another_visitors_conversation_does_not_exist(world, acme, rival, owner, stranger):
    turn = _conversation(world, acme, world.visitor(acme, owner))
    path = f"/v1/conversations/{turn.conversation}"
    feedback = f"{path}/turns/{turn.id}/feedback"

    for company in (acme, rival):
        token = world.visitor(company, stranger)
        assert world.call("GET", path, key=token).code == "not_found"
        assert world.call("POST", feedback, {"rating": "up"}, key=token).code == "not_found"
        for change in ("resolve", "reopen"):
            assert world.call("POST", f"{path}/{change}", key=token).code == "not_found"
    kept = world.conversations.turn(acme.id, turn.conversation, turn.id)
    assert kept.feedback is None
    assert world.conversations.get(acme.id, turn.conversation).resolutions == 0


def test_another_tenants_customer_of_the_same_id_is_another_one(world, acme, rival):
    turn = world.turn(acme.id, end_user="u-1")

    token = world.visitor(rival, "u-1")

    path = f"/v1/conversations/{turn.conversation}"
    assert world.call("GET", path, key=token).code == "not_found"
    assert world.call("GET", path, key=world.visitor(acme, "u-1")).status == 200


def test_what_the_tenants_server_began_for_nobody_is_no_visitors(world, acme):
    turn = world.turn(acme.id)

    for end_user in VISITORS:
        answer = world.call(
            "GET", f"/v1/conversations/{turn.conversation}", key=world.visitor(acme, end_user)
        )
        assert answer.code == "not_found"


def test_no_visitor_is_told_what_another_was_answered_under_the_same_key(world, acme, once):
    token = world.visitor(acme)
    turn = _conversation(world, acme, token)
    path = f"/v1/conversations/{turn.conversation}/turns/{turn.id}/feedback"
    body = {"rating": "down"}
    assert world.call("POST", path, body, key=token, headers=once).status == 200

    stranger = world.call("POST", path, body, key=world.visitor(acme), headers=once)

    assert stranger.code == "not_found"
    again = world.call("POST", path, body, key=token, headers=once)
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("user", [None, EndUser("u-1"), EndUser("ü", "Ada", "ada@shop.example")])
def test_a_visitor_comes_through_api_gateway_as_he_is(user):
    visitor = Visitor(VisitorId("vis_1"), utc_now(), user)
    who = Principal(Role.VISITOR, TenantId("ten_1"), KeyId("key_1"), visitor)

    carried = context_of(who)

    assert all(isinstance(value, str) for value in carried.values())
    assert principal_of(carried | {"principalId": "x", "integrationLatency": 3}) == who


def test_a_verdict_that_api_gateway_remembers_ends_with_the_session(world, acme):
    token = world.visitor(acme)
    turn = _conversation(world, acme, token)
    verdict = context_of(principal(world, token))
    event = {
        "resource": "/v1/{proxy+}",
        "httpMethod": "GET",
        "path": f"/v1/conversations/{turn.conversation}",
        "headers": {"Authorization": f"Bearer {token}"},
        "body": None,
        "isBase64Encoded": False,
    }
    assert world.send(event | {"requestContext": {"authorizer": verdict}}).status == 200

    over = verdict | {"expires_at": rfc3339(utc_now())}
    assert world.send(event | {"requestContext": {"authorizer": over}}).code == "unauthenticated"


def test_a_token_of_another_root_or_of_yesterday_is_refused(world, acme):
    token = world.visitor(acme)
    who = principal(world, token)
    over = Visitor(who.visitor.id, utc_now(), who.visitor.end_user)
    old = VisitorTokens(world.roots, utc_now).write(VisitorSession(acme.id, who.key, over))

    for refused in (old, token[:-1], token[:-1] + ("A" if token[-1] != "A" else "B"), "hd_vt_"):
        answer = world.call(
            "GET", "/v1/conversations/x", headers={"Authorization": f"Bearer {refused}"}
        )
        assert answer.code == "unauthenticated"
        with pytest.raises(Unauthenticated):
            principal(world, refused)


_FORGED = {
    "x-amzn-request-context": '{"authorizer": {"role": "visitor", "tenant": "%s"}}',
    "X-Visitor": "vis_1",
    "X-End-User": "u-1",
    "end_user": "u-1",
}


@pytest.mark.parametrize("header", _FORGED)
def test_a_forged_header_makes_nobody_a_visitor_or_another_one(world, acme, header):
    turn = world.turn(acme.id, end_user="u-1")
    path = f"/v1/conversations/{turn.conversation}"
    forged = {header: _FORGED[header].replace("%s", acme.id)}

    assert world.call("GET", path, headers=forged).status == 401
    assert world.call("GET", path, headers=forged, key=world.visitor(acme)).status == 404
