"""The platform's keys: only their hashes leave, and a replaced one stops within a minute."""

import json

import pytest

from helpdesk.adapters.secrets_manager import (
    KNOWN_FOR_SECONDS,
    SecretsManagerPlatformKeys,
    read_json_secret,
)
from helpdesk.clock import utc_now
from helpdesk.errors import Unavailable
from helpdesk.ids import new_id
from helpdesk.keys import Role, hash_key, mint_key
from helpdesk.ports import PlatformKeys
from tests.fakes.platform_keys import MemoryPlatformKeys

CLOUDS = pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)


@pytest.fixture
def secrets(cloud):
    return cloud.client("secretsmanager") if cloud else None


@pytest.fixture
def secret_id():
    """A secret of the test's own."""
    return new_id("secret", utc_now())


def put(secrets, secret_id, text):
    secrets.create_secret(Name=secret_id, SecretString=text)


def test_each_role_of_ours_has_the_hash_of_its_key(secrets, secret_id):
    fake = MemoryPlatformKeys()
    keys: PlatformKeys = fake
    if secrets:
        text = json.dumps({"operator": fake.operator, "finance": fake.finance, "other": "x"})
        put(secrets, secret_id, text)
        keys = SecretsManagerPlatformKeys(secrets, secret_id)

    assert keys.hashes() == {
        Role.OPERATOR: hash_key(fake.operator),
        Role.FINANCE: hash_key(fake.finance),
    }


@CLOUDS
def test_a_replaced_key_is_known_for_a_minute_and_no_longer(secrets, secret_id):
    seconds = 0.0
    old, new = mint_key(Role.OPERATOR), mint_key(Role.OPERATOR)
    put(secrets, secret_id, json.dumps({"operator": old}))
    keys = SecretsManagerPlatformKeys(secrets, secret_id, lambda: seconds)
    keys.hashes()
    secrets.put_secret_value(SecretId=secret_id, SecretString=json.dumps({"operator": new}))

    seconds = KNOWN_FOR_SECONDS - 1
    assert keys.hashes() == {Role.OPERATOR: hash_key(old)}
    seconds = KNOWN_FOR_SECONDS
    assert keys.hashes() == {Role.OPERATOR: hash_key(new)}


@CLOUDS
@pytest.mark.parametrize("text", ["hunter2", "[]", '{"operator": {"key": "hunter2"}}'])
def test_a_secret_of_another_shape_is_unavailable_and_stays_secret(secrets, secret_id, text):
    put(secrets, secret_id, text)

    with pytest.raises(Unavailable) as refusal:
        read_json_secret(secrets, secret_id)

    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__suppress_context__


@CLOUDS
def test_a_secret_that_is_not_there_yet_is_unavailable(secrets, secret_id):
    with pytest.raises(Unavailable):
        SecretsManagerPlatformKeys(secrets, secret_id).hashes()
