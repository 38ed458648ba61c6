"""A month's bill: exact while it runs, as it was stated once it is closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.bills import Bills
from helpdesk.billing.forecasting import forecast
from helpdesk.billing.periods import end_of, start_of
from helpdesk.billing.rating import NOTHING, rate
from helpdesk.billing.running import RunningAccounts
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.tenants import BillingDetails
from helpdesk.usage import METERS
from tests.unit.billing.closing_world import (
    DECEMBER,
    FERN,
    NOVEMBER,
    OAK,
    OCTOBER,
    Platform,
    a_tenant,
)

NOVEMBER_16 = datetime(2026, 11, 16, tzinfo=UTC)
"""Half of November is over."""


@pytest.fixture
def platform():
    platform = Platform(a_tenant(FERN), a_tenant(OAK, "standard"))
    platform.close("2026-09")
    platform.close(OCTOBER)
    platform.now = NOVEMBER_16
    return platform


def bills(platform):
    running = RunningAccounts(platform.ledger, platform.books)
    return Bills(running, platform.periods, platform.tenants, lambda: platform.now)


def test_a_running_bill_is_the_exact_sum_of_its_lines(platform):
    event = platform.use(FERN, "a", NOVEMBER_16, resolutions=60, tokens=999)
    platform.post(event)
    platform.use(FERN, "b", NOVEMBER_16, resolutions=1)

    month = bills(platform).of(FERN, NOVEMBER)

    assert (month.closed, month.plan, month.invoice) == (False, "pro@1", None)
    assert month.as_of == NOVEMBER_16
    kinds = [line.kind for line in month.bill.lines]
    assert kinds == ["subscription", "usage", "usage", "included", "allowance", "tax"]
    # 61 resolutions, of which 50 are included; 1,006 tokens, all within the allowance
    assert month.bill.net == Money(49_000_000 + 11 * 990_000)
    assert month.bill.total.micros == sum(line.amount.micros for line in month.bill.lines)


def test_a_running_bill_shows_what_is_below_a_cent(platform):
    platform.use(OAK, "a", NOVEMBER_16, tokens=7)

    month = bills(platform).of(OAK, NOVEMBER)

    assert month.bill.net == Money(7)
    assert "rounding" not in {line.kind for line in month.bill.lines}


def test_every_meter_is_listed_with_what_its_lines_cost(platform):
    platform.use(FERN, "a", NOVEMBER_16, resolutions=60, tokens=999)

    meters = bills(platform).of(FERN, NOVEMBER).meters

    assert [each.meter for each in meters] == [*METERS]
    used = {each.meter: (each.quantity, each.cost) for each in meters if each.quantity}
    assert used == {
        "resolutions": (60, Money(60 * 990_000)),
        "input_tokens": (999, Money(999)),
    }


def test_a_closed_month_is_as_it_was_stated_whatever_comes_late(platform):
    late = platform.use(FERN, "late", datetime(2026, 10, 5, tzinfo=UTC), resolutions=51)
    platform.post(late)
    tenant = platform.tenants.get(FERN)
    dearer = replace(PLANS["pro"], version=2, base_fee_micros=99_000_000)
    changed = replace(tenant, terms=(*tenant.terms, PlanTerm(dearer, start_of(NOVEMBER))))
    platform.tenants.save(changed.with_settings(tenant.settings))

    month = bills(platform).of(FERN, OCTOBER)

    assert (month.closed, month.plan, month.invoice) == (True, "pro@1", "HD-000002")
    assert month.forecast is None
    assert month.as_of == platform.periods.get(OCTOBER).closed_at
    assert month.bill == platform.periods.statement(FERN, OCTOBER).bill
    assert month.bill.net == Money(49_000_000)

    november = bills(platform).of(FERN, NOVEMBER)
    (adjustment, _) = [line for line in november.bill.lines if line.kind == "usage"]
    assert (adjustment.period, november.plan) == (OCTOBER, "pro@2")


def test_a_credit_is_worth_what_it_was_billed_at_in_a_month_that_is_still_open(platform):
    used = platform.use(FERN, "a", NOVEMBER_16, resolutions=50)
    platform.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    platform.take_back(used, "b", resolutions=1)

    month = bills(platform).of(FERN, DECEMBER)

    assert platform.periods.get(NOVEMBER) is None
    assert month.bill.net == Money(49_000_000)
    assert month.forecast == Money(49_000_000 * 119 // 100)


def test_who_signed_up_after_a_close_owes_nothing_for_it(platform):
    new = a_tenant(TenantId("ten_4new"), since=NOVEMBER_16)
    platform.tenants.add(new, [])

    month = bills(platform).of(new.id, OCTOBER)

    assert (month.closed, month.bill.lines, month.invoice) == (True, (), None)


def test_nobodys_bill_is_not_found(platform):
    with pytest.raises(NotFound):
        bills(platform).of(TenantId("ten_none"), NOVEMBER)


def test_the_forecast_goes_on_as_the_month_went(platform):
    platform.use(FERN, "a", NOVEMBER_16, resolutions=60)

    expected = bills(platform).of(FERN, NOVEMBER).forecast

    # 49.00 and 70 resolutions beyond those that are included; 19 % on 118.30 is 22.48
    assert expected == Money(49_000_000 + 70 * 990_000 + 22_480_000)


def test_adjustments_are_not_expected_again(platform):
    platform.use(OAK, "late", datetime(2026, 10, 5, tzinfo=UTC), tokens=5_000_000)

    assert bills(platform).of(OAK, NOVEMBER).forecast == Money(5_000_000 * 119 // 100)


def test_who_began_in_the_month_is_expected_to_go_on_from_there(platform):
    new = a_tenant(TenantId("ten_4new"), "standard", since=datetime(2026, 11, 11, tzinfo=UTC))
    platform.tenants.add(new, [])
    platform.use(new.id, "a", NOVEMBER_16, tokens=1_000_000)

    # five of twenty days are over
    assert bills(platform).of(new.id, NOVEMBER).forecast == Money(4_000_000 * 119 // 100)


def test_a_first_minute_counts_as_a_day(platform):
    platform.use(OAK, "a", start_of(NOVEMBER), tokens=1_000_000)
    platform.now = start_of(NOVEMBER) + timedelta(minutes=1)

    expected = bills(platform).of(OAK, NOVEMBER).forecast

    assert 30_900_000 < expected.micros * 100 // 119 < 31_100_000


@given(st.integers(0, 400), st.timedeltas(timedelta(0), timedelta(60)))
def test_what_is_over_is_forecast_as_it_is_billed(resolutions, after):
    tenant = replace(a_tenant(FERN), billing=BillingDetails())
    platform = Platform(tenant)
    platform.use(FERN, "a", NOVEMBER_16, resolutions=resolutions)
    accounts = RunningAccounts(platform.ledger, platform.books).of(FERN, NOVEMBER)
    billed = rate(NOVEMBER, tenant.terms, accounts, tenant.billing).total
    moment = start_of(NOVEMBER) + after

    expected = forecast(tenant, NOVEMBER, accounts, NOTHING, moment)

    assert expected.micros % 10_000 == 0
    assert expected.micros >= billed.micros
    if moment >= end_of(NOVEMBER):
        assert expected == billed


def test_a_month_to_come_has_nothing_but_its_fee(platform):
    assert bills(platform).of(OAK, DECEMBER).forecast == Money(0)
