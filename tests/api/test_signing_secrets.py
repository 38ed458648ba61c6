"""Signing secrets through the API: shown, rotated once per request, and kept by nobody in clear."""

import pytest

PATH = "/v1/signing-secrets"


def test_a_tenant_has_one_from_the_start(world, acme, rival):
    answer = world.call("GET", PATH, key=acme.secret)

    assert answer.status == 200
    (item,) = answer.json["items"]
    assert (item["version"], item["expires_at"]) == (1, None)
    assert item["secret"].startswith("hd_sig_")
    assert answer.json["next_cursor"] is None
    assert world.call("GET", PATH, key=rival.secret).json["items"][0]["secret"] != item["secret"]


def test_rotating_adds_one_and_ends_the_one_before_it(world, acme):
    (old,) = world.call("GET", PATH, key=acme.secret).json["items"]

    rotated = world.call("POST", PATH, key=acme.secret)

    assert rotated.status == 201
    new, previous = rotated.json["items"]
    assert (new["version"], new["expires_at"]) == (2, None)
    assert (previous["version"], previous["secret"]) == (1, old["secret"])
    assert previous["expires_at"].endswith("Z")
    assert world.call("GET", PATH, key=acme.secret).json == rotated.json


def test_the_same_request_rotates_once_and_its_reply_is_sealed(world, acme, once):
    first, again = (world.call("POST", PATH, key=acme.secret, headers=once) for _ in range(2))

    assert again.headers["idempotency-replayed"] == "true"
    assert again.json == first.json
    assert world.call("GET", PATH, key=acme.secret).json["items"][0]["version"] == 2
    written = world.written("tenants", "idempotency")
    assert "hd_sig_" not in written
    assert first.json["items"][0]["secret"].removeprefix("hd_sig_") not in written


def test_settings_that_change_later_leave_it_alone(world, acme):
    rotated = world.call("POST", PATH, key=acme.secret).json
    world.call("PATCH", "/v1/tenant", {"persona": "a pirate"}, key=acme.secret)

    assert world.call("GET", PATH, key=acme.secret).json == rotated


@pytest.mark.parametrize("field", ["signing_version", "signing_rotated_at"])
def test_it_is_no_setting_of_the_tenants_own(world, acme, field):
    answer = world.call("PATCH", "/v1/tenant", {field: 7}, key=acme.secret)

    assert (answer.status, answer.fields) == (422, [field])
