"""Signing up, settings and keys, through the API."""

import pytest

from helpdesk.keys import hash_key

SIGN_UP = {"name": "Acme Outdoor", "email": "ops@acme.example"}


def test_signing_up_gives_a_tenant_and_two_keys_that_work(world):
    answer = world.call("POST", "/v1/tenants", SIGN_UP)

    assert answer.status == 201
    tenant, keys = answer.json["tenant"], answer.json["keys"]
    assert tenant["name"] == "Acme Outdoor"
    assert tenant["id"].startswith("ten_")
    assert (keys["secret"][:6], keys["publishable"][:6]) == ("hd_sk_", "hd_pk_")
    assert world.call("GET", "/v1/tenant", key=keys["secret"]).json == tenant
    assert world.call("GET", "/v1/tenant", key=keys["publishable"]).code == "forbidden"


def test_no_key_lies_in_a_table_in_clear(world, acme, once):
    asked = {"role": "secret"}
    minted = world.call("POST", "/v1/keys", asked, key=acme.secret, headers=once).json["key"]
    written = world.written("tenants", "idempotency")

    for key in (acme.secret, acme.publishable, minted):
        assert key not in written


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 201}, ["name"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": "a b@c.de"}, ["email"]),
        ({"plan": "Big Plan"}, ["plan"]),
        ({"admin": True}, ["admin"]),
        ({"name": None, "email": None}, ["name", "email"]),
    ],
)
def test_a_wrong_sign_up_names_its_fields(world, change, fields):
    answer = world.call("POST", "/v1/tenants", SIGN_UP | change)

    assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", fields)


def test_settings_change_one_by_one_and_count_their_versions(world, acme):
    changes: list[dict[str, object]] = [
        {"languages": ["de", "en-GB"]},
        {"allowed_origins": ["https://acme.example", "http://localhost:3000"]},
        {"persona": "a laconic mountain guide", "retention_days": 30},
    ]
    for change in changes:
        assert world.call("PATCH", "/v1/tenant", change, key=acme.secret).status == 200

    tenant = world.call("GET", "/v1/tenant", key=acme.secret).json
    assert {name: tenant[name] for change in changes for name in change} == {
        name: value for change in changes for name, value in change.items()
    }
    assert tenant["settings_version"] == 4


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"languages": []}, "languages"),
        ({"languages": ["English"]}, "languages.0"),
        ({"allowed_origins": ["https://acme.example/path"]}, "allowed_origins.0"),
        ({"allowed_origins": ["*"]}, "allowed_origins.0"),
        ({"retention_days": 0}, "retention_days"),
        ({"retention_days": "30"}, "retention_days"),
        ({"persona": None}, "persona"),
        ({"plan": "enterprise"}, "plan"),
        ({"id": "ten_other"}, "id"),
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(world, acme, change, field):
    answer = world.call("PATCH", "/v1/tenant", change, key=acme.secret)

    assert answer.code == "validation_failed"
    assert field in answer.fields
    assert world.call("GET", "/v1/tenant", key=acme.secret).json["settings_version"] == 1


def test_an_empty_change_changes_nothing(world, acme):
    answer = world.call("PATCH", "/v1/tenant", {}, key=acme.secret)

    assert (answer.status, answer.json["settings_version"]) == (200, 1)


def test_keys_rotate_with_overlap(world, acme):
    new = world.call("POST", "/v1/keys", {"role": "secret"}, key=acme.secret).json
    assert world.call("GET", "/v1/tenant", key=new["key"]).status == 200
    assert world.call("GET", "/v1/tenant", key=acme.secret).status == 200

    old = next(
        key["id"]
        for key in world.call("GET", "/v1/keys", key=new["key"]).json["items"]
        if key["role"] == "secret" and key["id"] != new["id"]
    )
    assert world.call("DELETE", f"/v1/keys/{old}", key=new["key"]).status == 204

    listed = world.call("GET", "/v1/keys", key=new["key"]).json["items"]
    assert sorted(key["role"] for key in listed) == ["publishable", "secret"]
    assert all("key" not in key for key in listed)
    assert world.keys.by_hash(hash_key(acme.secret)) is None


def test_the_last_secret_key_stays(world, acme):
    (secret,) = (
        key["id"]
        for key in world.call("GET", "/v1/keys", key=acme.secret).json["items"]
        if key["role"] == "secret"
    )

    answer = world.call("DELETE", f"/v1/keys/{secret}", key=acme.secret)

    assert (answer.status, answer.code) == (409, "conflict")
    assert world.call("GET", "/v1/tenant", key=acme.secret).status == 200


def test_there_is_an_end_to_keys(world, acme):
    for _ in range(48):
        assert world.call("POST", "/v1/keys", {}, key=acme.secret).status == 201

    assert world.call("POST", "/v1/keys", {}, key=acme.secret).code == "conflict"


@pytest.mark.parametrize("role", ["operator", "finance", "root"])
def test_a_tenant_can_not_make_itself_a_platform_key(world, acme, role):
    answer = world.call("POST", "/v1/keys", {"role": role}, key=acme.secret)

    assert (answer.code, answer.fields) == ("validation_failed", ["role"])
