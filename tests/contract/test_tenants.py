"""Tenants and their first keys: all or nothing, and no lost update."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.dynamodb.keys import DynamoDBKeys
from helpdesk.adapters.dynamodb.tenants import DynamoDBTenants
from helpdesk.clock import utc_now
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import TenantId, new_id
from helpdesk.keys import Role
from helpdesk.plan_book import PLANS
from helpdesk.tenants import BillingDetails
from tests.contract.examples import a_key, a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.fakes.keys import MemoryKeys
from tests.fakes.tariffs import standard_tenant
from tests.fakes.tenants import MemoryTenants


@pytest.fixture
def keys(cloud):
    return DynamoDBKeys(cloud.client("dynamodb"), "tenants") if cloud else MemoryKeys()


@pytest.fixture
def tenants(cloud, keys):
    return DynamoDBTenants(cloud.client("dynamodb"), "tenants") if cloud else MemoryTenants(keys)


def a_tenant(name="Acme"):
    return standard_tenant(a_tenant_id(), name, utc_now())


def test_a_tenant_comes_with_its_first_keys(tenants, keys):
    tenant = a_tenant("Ærø & Søn 🏝")
    first = a_key(tenant.id), a_key(tenant.id, Role.PUBLISHABLE)

    tenants.add(tenant, first)

    assert tenants.get(tenant.id) == tenant
    assert keys.by_hash(first[0].hash) == first[0]
    assert sorted(keys.of_tenant(tenant.id), key=lambda key: key.id) == sorted(
        first, key=lambda key: key.id
    )


def test_a_key_that_is_taken_leaves_no_tenant_behind(tenants, keys):
    taken = a_key(a_tenant_id())
    keys.add(taken)
    tenant = a_tenant()

    with pytest.raises(Conflict):
        tenants.add(tenant, [a_key(tenant.id), replace(taken, tenant=tenant.id)])

    with pytest.raises(NotFound):
        tenants.get(tenant.id)
    assert keys.of_tenant(tenant.id) == []


def test_adding_again_changes_nothing_and_never_replaces(tenants):
    tenant = a_tenant()
    tenants.add(tenant, [])
    tenants.add(tenant, [])

    with pytest.raises(Conflict):
        tenants.add(replace(tenant, name="Somebody else"), [])

    assert tenants.get(tenant.id) == tenant


def test_a_tenant_reads_with_its_plans_and_what_its_invoices_say(tenants):
    tenant = a_tenant()
    tenants.add(tenant, [])
    details = BillingDetails("Ærø & Søn", ("Vej 1", "Ærø"), "DK1", "moms", 2_500, "–")
    changed = tenant.with_plan(PLANS["pro-eur"], utc_now() + timedelta(days=9))
    tenants.save(changed)
    tenants.save(changed.with_billing(details))

    assert tenants.get(tenant.id) == changed.with_billing(details)
    assert tenants.get(tenant.id).terms == (*tenant.terms, changed.terms[-1])


def test_all_tenants_are_listed_in_the_order_of_their_ids(tenants, keys):
    before = a_tenant_id()
    made = [a_tenant(f"Company {number}") for number in range(5)]
    for tenant in made:
        tenants.add(tenant, [a_key(tenant.id)])
    tenants.add(made[2], [])  # the answer to the first time was lost
    expected = sorted(made, key=lambda tenant: tenant.id)
    tenants.save(expected[1].with_settings(expected[1].settings))

    listed, after = [], TenantId(before[: len("ten_0000000000")])
    while page := tenants.all(after, 2):
        assert len(page) <= 2
        listed += page
        after = page[-1].id

    mine = {tenant.id for tenant in made}
    assert [tenant.id for tenant in listed if tenant.id in mine] == [each.id for each in expected]
    assert expected[1].with_settings(expected[1].settings) in listed
    assert tenants.all(listed[-1].id, 2) == []
    assert len(tenants.all(None, 1)) == 1


def test_a_tenant_that_was_refused_is_not_listed(tenants, keys):
    taken = a_key(a_tenant_id())
    keys.add(taken)
    tenant = a_tenant()
    with pytest.raises(Conflict):
        tenants.add(tenant, [replace(taken, tenant=tenant.id)])

    behind = TenantId(tenant.id[:-1])
    assert tenant.id not in {each.id for each in tenants.all(behind, 100)}


def test_an_unknown_tenant_is_not_found(tenants):
    unknown = replace(a_tenant(), id=TenantId(new_id("ten", utc_now())))
    with pytest.raises(NotFound):
        tenants.get(unknown.id)
    with pytest.raises(NotFound):
        tenants.save(unknown.with_settings(unknown.settings))


def test_of_two_changes_to_the_same_settings_one_is_lost_aloud(tenants):
    tenant = a_tenant()
    tenants.add(tenant, [])
    first = tenant.with_settings(replace(tenant.settings, persona="a pirate"))
    second = tenant.with_settings(replace(tenant.settings, persona="a poet"))

    tenants.save(first)
    tenants.save(first)  # the answer to the first time was lost
    with pytest.raises(Conflict):
        tenants.save(second)

    assert tenants.get(tenant.id) == first


# Without moto, whose conditional writes are not atomic between threads.
@AT_ONCE
def test_of_many_changes_at_once_exactly_one_wins(tenants):
    tenant = a_tenant()
    tenants.add(tenant, [])

    def change(number):
        settings = replace(tenant.settings, persona=f"persona {number}")
        try:
            tenants.save(tenant.with_settings(settings))
        except Conflict:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(change, range(16))) == 1
