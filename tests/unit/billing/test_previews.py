"""A month under another plan costs what it would have cost had the plan been in force."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.accounts import add_up
from helpdesk.billing.previews import preview
from helpdesk.billing.rating import rate
from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money
from helpdesk.plan_book import PLANS, STANDARD
from helpdesk.plans import PlanTerm
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tariffs import Tariff
from helpdesk.tenants import BillingDetails
from helpdesk.usage import UsageEvent
from tests.fakes.tariffs import LONG_AGO, standard_tenant

TENANT = standard_tenant(TenantId("ten_1"))
TAXED = replace(TENANT, billing=BillingDetails(tax_basis_points=1_900))
PERIOD = "2026-11"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MID_MONTH = datetime(2026, 11, 16, tzinfo=UTC)

UNITS = st.tuples(st.sampled_from(["resolutions", "actions", "storage_mb_days"]), st.just(None))
TOKENS = st.tuples(
    st.sampled_from(["input_tokens", "cached_tokens", "output_tokens"]),
    st.sampled_from(["gpt-5", "gpt-4o-mini"]),
)
# Whole thousands of tokens cost whole micros at every listed price: nothing is rounded.
USED = st.lists(
    st.one_of(
        st.tuples(UNITS, st.integers(-3, 60)),
        st.tuples(TOKENS, st.integers(0, 5_000).map(lambda thousands: thousands * 1_000)),
    ),
    max_size=8,
)


def month(used, plan, details=TAXED.billing):
    """The accounts of a month, as they are when a plan is in force."""
    tariff = Tariff(plan, PRICE_BOOK)
    lines = (tariff.line(meter, quantity, model) for (meter, model), quantity in used)
    events = (
        UsageEvent(
            id=EventId(f"evt_{number}"),
            tenant=TENANT.id,
            type="turn",
            subject="turn_1",
            occurred_at=NOON,
            plan=plan.ref,
            price_version="v1",
            lines=(line,),
        )
        for number, line in enumerate(lines)
    )
    return add_up(events)


@given(USED, st.sampled_from(sorted(PLANS)))
def test_a_preview_is_the_bill_that_it_would_have_been(used, name):
    plan = PLANS[name]

    tried = preview(TAXED, PERIOD, month(used, STANDARD), Tariff(plan, PRICE_BOOK))

    terms = [PlanTerm(plan, LONG_AGO)]
    assert tried.after == rate(PERIOD, terms, month(used, plan), TAXED.billing)
    assert tried.before == rate(PERIOD, TAXED.terms, month(used, STANDARD), TAXED.billing)


@given(USED)
def test_the_plan_that_was_in_force_makes_no_difference(used):
    tried = preview(TAXED, PERIOD, month(used, STANDARD), Tariff(STANDARD, PRICE_BOOK))

    assert tried.after == tried.before
    assert tried.difference == Money(0)


def test_who_came_within_the_month_is_tried_from_then_on():
    newcomer = standard_tenant(TENANT.id, since=MID_MONTH)

    tried = preview(newcomer, PERIOD, {}, Tariff(PLANS["pro"], PRICE_BOOK))

    assert tried.difference == Money.of("24.50")


def test_between_two_currencies_there_is_no_difference():
    tried = preview(TENANT, PERIOD, {}, Tariff(PLANS["pro-eur"], PRICE_BOOK))

    assert (tried.before.currency, tried.after.currency) == ("USD", "EUR")
    assert tried.difference is None
