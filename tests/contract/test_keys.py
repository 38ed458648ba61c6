"""Keys: found by their hashes until they are revoked, each by its own tenant only."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.dynamodb.keys import DynamoDBKeys
from helpdesk.clock import utc_now
from helpdesk.errors import Conflict, NotFound
from helpdesk.keys import hash_key, mint_key
from tests.contract.examples import a_key, a_tenant_id
from tests.fakes.keys import MemoryKeys


@pytest.fixture
def keys(cloud):
    return DynamoDBKeys(cloud.client("dynamodb"), "tenants") if cloud else MemoryKeys()


def test_a_key_is_found_by_its_hash(keys):
    key = a_key(a_tenant_id())
    keys.add(key)
    keys.add(key)

    assert keys.by_hash(key.hash) == key
    assert keys.by_hash(hash_key(mint_key(key.role))) is None


def test_a_key_cannot_be_given_to_another_tenant(keys):
    key = a_key(a_tenant_id())
    keys.add(key)

    with pytest.raises(Conflict):
        keys.add(replace(key, tenant=a_tenant_id()))

    assert keys.by_hash(key.hash) == key


def test_a_tenants_keys_are_its_own_oldest_first(keys):
    tenant, now = a_tenant_id(), utc_now()
    made = [a_key(tenant, now=now + timedelta(seconds=number)) for number in range(3)]
    for key in [*reversed(made), a_key(a_tenant_id())]:
        keys.add(key)

    assert keys.of_tenant(tenant) == made


def test_a_revoked_key_is_gone_at_once(keys):
    kept, revoked = a_key(tenant := a_tenant_id()), a_key(tenant)
    keys.add(kept)
    keys.add(revoked)

    keys.revoke(tenant, revoked.id)

    assert keys.by_hash(revoked.hash) is None
    assert keys.of_tenant(tenant) == [kept]
    with pytest.raises(NotFound):
        keys.revoke(tenant, revoked.id)


def test_another_tenants_key_cannot_be_revoked(keys):
    key = a_key(a_tenant_id())
    keys.add(key)

    with pytest.raises(NotFound):
        keys.revoke(a_tenant_id(), key.id)

    assert keys.by_hash(key.hash) == key
