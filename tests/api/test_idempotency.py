"""The same key and body is one request, however often it comes."""

import pytest

from helpdesk.edge.routes import OPERATIONS
from tests.api.world import World

SIGN_UP = {"name": "Acme", "email": "ops@acme.example"}
DOCUMENT = {"filename": "a.md", "content_type": "text/markdown", "size_bytes": 10}


def test_every_post_that_creates_or_acts_takes_a_key():
    posts = {each.id for each in OPERATIONS if each.method == "POST"}
    taking = {each.id for each in OPERATIONS if each.idempotent}

    # These leave nothing behind that a repetition could double.
    assert posts - taking == {"search", "openSession", "previewPlan", "checkUsage"}


def test_a_repetition_is_answered_as_the_first_time_and_says_so(world, acme, once):
    first = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret, headers=once)
    again = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret, headers=once)

    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(world.call("GET", "/v1/documents", key=acme.secret).json["items"]) == 1


def test_a_body_that_means_the_same_is_the_same(world, acme, once):
    text = '{"size_bytes":10, "filename": "a.md",\n "content_type": "text/markdown"}'
    first = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret, headers=once)
    again = world.call("POST", "/v1/documents", text, key=acme.secret, headers=once)

    assert again.json == first.json


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/documents", DOCUMENT | {"size_bytes": 11}), ("/v1/keys", {"role": "secret"})],
)
def test_another_request_under_the_key_is_a_conflict(world, acme, path, body, once):
    world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret, headers=once)

    answer = world.call("POST", path, body, key=acme.secret, headers=once)

    assert (answer.status, answer.code) == (409, "idempotency_conflict")


def test_two_tenants_may_use_the_same_key(world, acme, rival, once):
    first = world.call("POST", "/v1/documents", DOCUMENT, key=acme.secret, headers=once).json
    other = world.call("POST", "/v1/documents", DOCUMENT, key=rival.secret, headers=once)

    assert other.status == 201
    assert other.json["document"]["id"] != first["document"]["id"]


def test_a_refusal_is_not_kept(world, acme, once):
    missing = {"rating": "up"}
    turn = world.turn(acme.id)
    wrong = f"/v1/conversations/{turn.conversation}/turns/turn_{'0' * 26}/feedback"
    right = f"/v1/conversations/{turn.conversation}/turns/{turn.id}/feedback"

    assert world.call("POST", wrong, missing, key=acme.secret, headers=once).status == 404
    assert world.call("POST", right, missing, key=acme.secret, headers=once).status == 200


def test_a_request_whose_first_is_still_answered_is_told_to_wait(aws, once):
    inner = {}
    world = World(prefix="slow-")
    tenancy = world.services.tenancy()

    class Slow:
        def sign_up(self, *args):
            inner["answer"] = world.call("POST", "/v1/tenants", SIGN_UP, headers=once)
            return tenancy.sign_up(*args)

    object.__setattr__(world.services, "tenancy", Slow)
    outer = world.call("POST", "/v1/tenants", SIGN_UP, headers=once)

    assert outer.status == 201
    assert (inner["answer"].status, inner["answer"].code) == (409, "conflict")
    assert int(inner["answer"].headers["retry-after"]) >= 1


def test_new_keys_are_repeated_but_not_stored_in_clear(world, acme, once):
    first = world.call("POST", "/v1/keys", {"role": "secret"}, key=acme.secret, headers=once)
    again = world.call("POST", "/v1/keys", {"role": "secret"}, key=acme.secret, headers=once)

    assert again.json["key"] == first.json["key"]
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json["key"] not in world.written("idempotency")


def test_a_sign_up_that_is_repeated_from_elsewhere_is_not_told_the_keys(world, once):
    def sign_up(address):
        context = {"identity": {"sourceIp": address}}
        return world.call("POST", "/v1/tenants", SIGN_UP, headers=once, requestContext=context)

    first, again, elsewhere = sign_up("203.0.113.1"), sign_up("203.0.113.1"), sign_up("203.0.113.2")

    assert again.json == first.json
    assert elsewhere.json["keys"] != first.json["keys"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_of_a_wrong_length_is_named(world, key):
    answer = world.call("POST", "/v1/tenants", SIGN_UP, headers={"Idempotency-Key": key})

    assert (answer.code, answer.fields) == ("invalid_request", ["Idempotency-Key"])
