"""A tenant is read once a minute, and its own process sees a change at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.tenant_cache import KNOWN_FOR, CachedTenants
from helpdesk.tenants import Tenant
from tests.fakes.keys import MemoryKeys
from tests.fakes.tariffs import standard_tenant
from tests.fakes.tenants import MemoryTenants
from tests.unit.chat.world import NOW, STRANGER, TENANT

COMPANY = standard_tenant(TENANT, "Fern & Oak", NOW)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        """The time that it shows."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tenants() -> MemoryTenants:
    tenants = MemoryTenants(MemoryKeys())
    tenants.add(COMPANY, [])
    return tenants


def persona(cached: CachedTenants, tenant: TenantId = TENANT) -> str:
    return cached.get(tenant).settings.persona


def changed(tenant: Tenant, persona: str) -> Tenant:
    return tenant.with_settings(replace(tenant.settings, persona=persona))


def test_a_change_elsewhere_shows_within_a_minute(tenants, clock):
    cached = CachedTenants(tenants, clock)
    before = persona(cached)
    tenants.save(changed(COMPANY, "a pirate"))
    clock.now += KNOWN_FOR - timedelta(milliseconds=1)
    assert persona(cached) == before
    clock.now += timedelta(milliseconds=1)
    assert persona(cached) == "a pirate"


def test_a_change_of_its_own_shows_at_once(tenants, clock):
    cached = CachedTenants(tenants, clock)
    cached.save(changed(cached.get(TENANT), "a pirate"))
    assert persona(cached) == "a pirate"


def test_nobody_is_remembered_as_missing(tenants, clock):
    cached = CachedTenants(tenants, clock)
    with pytest.raises(NotFound):
        cached.get(STRANGER)
    cached.add(replace(COMPANY, id=STRANGER), [])
    assert cached.get(STRANGER).id == STRANGER
