"""A plan changes ahead of time, never behind, and no event is priced by one that is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.errors import NotFound, ValidationFailed
from helpdesk.ids import TenantId
from helpdesk.plan_book import PLANS, STANDARD
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.planning import NOTICE, Planning
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tenant_cache import CachedTenants
from helpdesk.tenant_tariffs import TenantTariffs
from helpdesk.tenants import BillingDetails
from tests.fakes.books import MemoryBooks
from tests.fakes.keys import MemoryKeys
from tests.fakes.plans import MemoryPlans
from tests.fakes.tariffs import standard_tenant
from tests.fakes.tenants import MemoryTenants

ACME = TenantId("ten_1")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DECEMBER, JANUARY = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
PRO = PLANS["pro"]


class World:
    """A company, and whoever plans for it."""

    def __init__(self):
        self.now = NOW
        self.tenants = MemoryTenants(MemoryKeys())
        self.tenants.add(standard_tenant(ACME), [])
        catalogue = PlanCatalogue(MemoryPlans())
        self.planning = Planning(
            self.tenants, catalogue, MemoryBooks(), PRICE_BOOK, lambda: self.now
        )

    def terms(self):
        (_, *later) = self.tenants.get(ACME).terms
        return [(term.plan, term.since) for term in later]


@pytest.fixture
def world():
    return World()


def test_a_change_takes_force_in_two_minutes(world):
    changed = world.planning.change(ACME, "pro")

    assert changed == world.tenants.get(ACME)
    assert world.terms() == [(PRO, NOW + timedelta(minutes=2))]
    assert changed.plan_at(NOW) == STANDARD
    assert changed.term_after(NOW).plan == PRO
    assert changed.term_after(NOW + NOTICE) is None


def test_nothing_changes_at_shorter_notice(world):
    with pytest.raises(ValidationFailed) as refused:
        world.planning.change(ACME, "pro", NOW + NOTICE - timedelta(milliseconds=1))

    (at,) = refused.value.errors
    assert (at.field, "2026-11-24T09:32:00.000Z" in at.message) == ("from", True)
    assert world.terms() == []
    world.planning.change(ACME, "pro", NOW + NOTICE)


@given(st.integers(0, 600), st.integers(0, 600))
def test_whoever_remembers_a_tenant_prices_by_the_plan_of_the_moment(read_after, priced_after):
    world = World()
    clock = lambda: world.now  # noqa: E731 - the clock of all
    tariffs = TenantTariffs(CachedTenants(world.tenants, clock), PRICE_BOOK)
    tariffs.at(ACME, NOW)
    world.now = NOW + timedelta(seconds=30)
    world.planning.change(ACME, "pro")

    for after in sorted((read_after, priced_after)):
        world.now = NOW + timedelta(seconds=30 + after)
        plan = tariffs.at(ACME, world.now).plan
        assert plan == world.tenants.get(ACME).plan_at(world.now)


def test_a_change_replaces_what_was_planned_for_later_and_nothing_earlier(world):
    world.planning.change(ACME, "pro", DECEMBER)
    world.planning.change(ACME, "standard", JANUARY)
    assert world.terms() == [(PRO, DECEMBER), (STANDARD, JANUARY)]

    world.planning.change(ACME, "pro", JANUARY)
    assert world.terms() == [(PRO, DECEMBER), (PRO, JANUARY)]

    world.planning.change(ACME, "standard", DECEMBER - timedelta(days=1))
    assert world.terms() == [(STANDARD, DECEMBER - timedelta(days=1))]


def test_a_company_stays_in_its_currency(world):
    for since in (None, DECEMBER, DECEMBER + timedelta(days=9)):
        with pytest.raises(ValidationFailed) as refused:
            world.planning.change(ACME, "pro-eur", since)
        assert "billed in USD" in refused.value.errors[0].message

    assert world.terms() == []


def test_an_unknown_tenant_and_an_unknown_plan_are_told_apart(world):
    with pytest.raises(NotFound):
        world.planning.change(TenantId("ten_2"), "pro")
    with pytest.raises(NotFound):
        world.planning.preview(TenantId("ten_2"), "pro")
    with pytest.raises(ValidationFailed):
        world.planning.preview(ACME, "unheard-of")


def test_a_preview_is_of_last_month_unless_another_is_named(world):
    assert world.planning.preview(ACME, "pro").after.period == "2026-10"
    tried = world.planning.preview(ACME, "pro", "2026-09")
    assert (tried.before.period, tried.after.period, tried.plan) == ("2026-09", "2026-09", "pro@1")
    assert world.terms() == []


def test_what_invoices_say_changes_at_once(world):
    details = BillingDetails("Acme GmbH", tax_basis_points=1_900)

    assert world.planning.bill_to(ACME, details).billing == details
    assert world.tenants.get(ACME).billing == details
