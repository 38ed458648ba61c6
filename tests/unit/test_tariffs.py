"""A unit costs what the plan of its moment says, and a model's token what the price book says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.plan_book import PLANS, STANDARD
from helpdesk.plans import MeterTerms, Plan, PlanTerm, Tier
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tariffs import Tariff, Tariffs
from helpdesk.usage import METERS, PRICED_PER
from tests.fakes.keys import MemoryKeys
from tests.fakes.tariffs import one_price, standard_tenant
from tests.fakes.tenants import MemoryTenants

ACME, STRANGER = TenantId("ten_1"), TenantId("ten_2")
CHANGED_AT = datetime(2026, 11, 16, tzinfo=UTC)
PRICES = st.integers(0, 10**9)
QUANTITIES = st.integers(-(10**9), 10**9)


def a_plan(micros, **changes):
    meters = (MeterTerms("resolutions", (Tier(100, micros), Tier(None, micros // 2))),)
    return replace(Plan("pro", 1, "Pro", meters=meters), **changes)


@given(PRICES, QUANTITIES)
def test_a_cost_is_the_exact_product_rounded_half_up_once(micros, tokens):
    line = Tariff(STANDARD, one_price(micros, 0)).line("input_tokens", tokens, "m")

    exact = Decimal(tokens * micros) / 10**6
    assert Decimal("-0.5") <= exact - line.cost.micros < Decimal("0.5")
    assert (line.quantity, line.unit_price.micros, line.model) == (tokens, micros, "m")


@given(PRICES, QUANTITIES)
def test_units_of_the_plan_cost_a_whole_number_of_its_first_price(micros, units):
    line = Tariff(a_plan(micros), one_price(0, 0)).line("resolutions", units)

    assert (line.cost, line.unit_price) == (Money(units * micros), Money(micros))


@given(PRICES, st.integers(1, 3_000_000))
def test_models_are_priced_in_the_plans_currency_at_its_rate(micros, rate_ppm):
    plan = a_plan(0, currency="EUR", usd_rate_ppm=rate_ppm)

    price = Tariff(plan, one_price(micros, 0)).unit_price("input_tokens", "m")

    exact = Decimal(micros * rate_ppm) / 10**6
    assert price.currency == "EUR"
    assert Decimal("-0.5") <= exact - price.micros < Decimal("0.5")


def test_what_a_plan_does_not_name_is_free_in_its_currency():
    line = Tariff(a_plan(5, currency="GBP"), PRICE_BOOK).line("turns", 3)

    assert (line.cost, line.unit_price) == (Money(0, "GBP"), Money(0, "GBP"))


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("meter", METERS)
def test_every_plan_prices_every_meter(plan, meter):
    model = "gpt-5" if PRICED_PER[meter] > 1 else None

    assert Tariff(plan, PRICE_BOOK).line(meter, 7, model).cost.currency == plan.currency


def test_the_plan_of_the_moment_prices():
    tenants = MemoryTenants(MemoryKeys())
    before, later = a_plan(990_000), a_plan(500_000, version=2)
    terms = (PlanTerm(before, CHANGED_AT - timedelta(days=9)), PlanTerm(later, CHANGED_AT))
    tenants.add(replace(standard_tenant(ACME), terms=terms), [])
    tariffs = Tariffs(tenants, PRICE_BOOK)

    assert tariffs.at(ACME, CHANGED_AT - timedelta(milliseconds=1)).plan == before
    assert tariffs.at(ACME, CHANGED_AT).plan == later
    assert tariffs.at(ACME, CHANGED_AT - timedelta(days=99)).plan == before
    with pytest.raises(NotFound):
        tariffs.at(STRANGER, CHANGED_AT)
