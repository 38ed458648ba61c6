"""A bill is nothing but the sum of its lines, in whole cents, and each line is what it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.accounts import Account, Accounts, Sum, merged
from helpdesk.billing.periods import end_of, shares, start_of
from helpdesk.billing.rating import Bill, accounts_of, rate
from helpdesk.money import Money
from helpdesk.plan_book import PLANS, STANDARD
from helpdesk.plans import MeterTerms, Plan, PlanTerm, Tier
from helpdesk.tenants import BillingDetails
from helpdesk.usage import Meter

PERIOD, EARLIER = "2026-11", "2026-10"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BEFORE = datetime(2026, 10, 20, tzinfo=UTC)
MID_MONTH = datetime(2026, 11, 16, tzinfo=UTC)
UNTAXED = BillingDetails()

CENTS = 10_000
UNITS: tuple[Meter, ...] = ("resolutions", "turns", "actions")
MODELS = ("gpt-5", "gpt-4o-mini")


@st.composite
def tiers(draw):
    bounds = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=3)))
    prices = draw(st.lists(st.integers(0, 2_000_000), min_size=4, max_size=4))
    return (*map(Tier, bounds, prices), Tier(None, prices[-1]))


def plans(name):
    meters = st.lists(
        st.builds(MeterTerms, st.sampled_from(UNITS), tiers(), st.integers(0, 40)),
        min_size=1,
        max_size=3,
        unique_by=lambda terms: terms.meter,
    )
    return st.builds(
        Plan,
        st.just(name),
        st.integers(1, 3),
        st.just("T"),
        base_fee_micros=st.integers(0, 10**8),
        allowance_micros=st.integers(0, 10**7),
        meters=meters.map(tuple),
    )


@st.composite
def months(draw):
    """Terms of a tenant in a month, and accounts as events under them make them."""
    changed_at = BEFORE + timedelta(seconds=draw(st.integers(0, 50 * 86_400)))
    first, second = draw(plans("one")), draw(plans("two"))
    terms = (PlanTerm(first, LONG_AGO), PlanTerm(second, changed_at))
    accounts = {}
    quantities = st.integers(-20, 90)
    for plan in (first, second):
        for meter in draw(st.sets(st.sampled_from(UNITS), min_size=2)):
            price = plan.terms_of(meter).tiers[0].unit_micros
            quantity = draw(quantities)
            period = draw(st.sampled_from([PERIOD, PERIOD, EARLIER]))
            account = Account(period, plan.ref, meter, "", price, "USD")
            accounts[account] = Sum(quantity, quantity * price, abs(quantity))
        for model in draw(st.sets(st.sampled_from(MODELS))):
            account = Account(PERIOD, plan.ref, "input_tokens", model, 1_250_000, "USD")
            accounts[account] = Sum(draw(quantities), draw(st.integers(-(10**6), 10**8)), 1)
    return terms, accounts


DETAILS = st.builds(BillingDetails, tax_basis_points=st.integers(0, 3_000))


def of_kind(bill, *kinds):
    return [line for line in bill.lines if line.kind in kinds]


def micros(lines):
    return sum(line.amount.micros for line in lines)


def used(meter, quantity, plan, period=PERIOD):
    price = plan.terms_of(meter).tiers[0].unit_micros
    account = Account(period, plan.ref, meter, "", price, plan.currency)
    return {account: Sum(quantity, quantity * price, 1)}


@given(months(), DETAILS)
def test_a_total_is_whole_cents_and_the_sum_of_its_lines(month, details):
    terms, accounts = month
    bill = rate(PERIOD, terms, accounts, details)

    assert bill.total.micros == micros(bill.lines)
    assert bill.total.micros % CENTS == bill.tax.micros % CENTS == bill.net.micros % CENTS == 0
    assert bill.total == bill.net + bill.tax


@given(months(), DETAILS)
def test_the_usage_lines_are_the_accounts(month, details):
    terms, accounts = month

    usage = of_kind(rate(PERIOD, terms, accounts, details), "usage")

    assert len(usage) == len(accounts)
    assert micros(usage) == sum(each.micros for each in accounts.values())
    assert sum(line.quantity for line in usage) == sum(s.quantity for s in accounts.values())


@given(months(), DETAILS, st.randoms())
def test_the_order_of_accounts_changes_nothing(month, details, random):
    terms, accounts = month
    shuffled = dict(random.sample(list(accounts.items()), len(accounts)))

    assert rate(PERIOD, terms, shuffled, details) == rate(PERIOD, terms, accounts, details)


@given(months())
def test_no_more_is_included_than_was_used_and_than_the_plan_includes(month):
    terms, accounts = month
    bill = rate(PERIOD, terms, accounts, UNTAXED)

    for line in of_kind(bill, "included"):
        used = sum(
            each.quantity
            for account, each in accounts.items()
            if (account.period, account.plan, account.meter) == (line.period, line.plan, line.meter)
        )
        plan = next(term.plan for term in terms if term.plan.ref == line.plan)
        assert 0 < -line.quantity <= min(used, plan.terms_of(line.meter).included)
        assert line.amount.micros == line.quantity * line.unit_price.micros


@given(tiers(), st.integers(0, 40), st.integers(0, 150), st.integers(0, 29))
def test_units_cost_what_a_count_unit_by_unit_says(graduated, included, units, day):
    said = MeterTerms("actions", graduated, included)
    plan = Plan("team", 1, "Team", meters=(said,))
    began = PlanTerm(plan, start_of(PERIOD) + timedelta(days=day))
    terms = (PlanTerm(STANDARD, LONG_AGO), began)

    bill = rate(PERIOD, terms, used("actions", units, plan), UNTAXED)

    *_, share = shares(terms, PERIOD)
    lines = [line for line in bill.lines if line.plan == plan.ref]
    assert micros(lines) == naive_cost(said, share, units)


def naive_cost(said, share, units):
    """Unit by unit: the included ones for nothing, each other by the tier that it lies in."""
    cost = 0
    for number in range(units - share.down(said.included)):
        tier = next(t for t in said.tiers if t.up_to is None or number < share.down(t.up_to))
        cost += tier.unit_micros
    return cost


@given(months())
def test_the_allowance_covers_models_alone_and_never_more_than_they_cost(month):
    terms, accounts = month
    bill = rate(PERIOD, terms, accounts, UNTAXED)

    for share in shares(terms, PERIOD):
        plan = share.plan.ref
        lines = [line for line in of_kind(bill, "allowance") if line.plan == plan]
        models = sum(s.micros for a, s in accounts.items() if a.model and a.plan == plan)
        expected = min(max(models, 0), share.down(share.plan.allowance_micros))
        assert -micros(lines) == expected


@given(months(), DETAILS)
def test_tax_is_on_the_net_and_within_half_a_cent_of_exact(month, details):
    terms, accounts = month
    bill = rate(PERIOD, terms, accounts, details)

    exact = bill.net.micros * details.tax_basis_points
    assert -5_000 * CENTS <= exact - bill.tax.micros * 10_000 <= 5_000 * CENTS
    others = len(bill.lines) - len(of_kind(bill, "tax"))
    assert bool(of_kind(bill, "tax")) == bool(details.tax_basis_points and others)


@given(months())
def test_a_cent_is_rounded_half_up_by_a_line_that_says_so(month):
    terms, accounts = month
    bill = rate(PERIOD, terms, accounts, UNTAXED)

    rounding = of_kind(bill, "rounding")
    assert len(rounding) <= 1
    assert -5_000 < micros(rounding) <= 5_000


def amounts(bill: Bill):
    return [(line.kind, line.amount.amount()) for line in bill.lines]


def test_a_month_of_pro():
    pro = PLANS["pro"]
    taxed = BillingDetails(tax_name="USt", tax_basis_points=1_900)

    bill = rate(PERIOD, (PlanTerm(pro, LONG_AGO),), used("resolutions", 1_060, pro), taxed)

    assert amounts(bill) == [
        ("subscription", "49.00"),
        ("usage", "1049.40"),
        ("included", "-49.50"),
        ("volume_discount", "-2.00"),
        ("tax", "198.91"),
    ]
    assert bill.lines[-1].description == "USt 19 %"
    assert (bill.net, bill.total) == (Money.of("1046.90"), Money.of("1245.81"))


def test_two_plans_within_a_month_share_it():
    pro = PLANS["pro"]
    terms = (PlanTerm(STANDARD, LONG_AGO), PlanTerm(pro, MID_MONTH))
    accounts = used("resolutions", 30, STANDARD) | used("resolutions", 30, pro)

    bill = rate(PERIOD, terms, accounts, UNTAXED)

    assert amounts(bill) == [
        ("subscription", "24.50"),
        ("usage", "29.70"),
        ("usage", "0.00"),
        ("included", "-24.75"),
    ]
    assert bill.lines[0].description == "Plan pro, part of the month"
    assert of_kind(bill, "included")[0].quantity == -25


def test_a_credit_for_more_than_was_used_is_not_turned_into_included_units():
    pro = replace(PLANS["pro"], base_fee_micros=0)

    bill = rate(PERIOD, (PlanTerm(pro, LONG_AGO),), used("resolutions", -2, pro), UNTAXED)

    assert amounts(bill) == [("usage", "-1.98")]


@pytest.mark.parametrize(
    ("billed", "more", "expected"),
    [
        pytest.param(40, -1, [("usage", "-0.99"), ("included", "0.99")], id="it had been included"),
        pytest.param(60, -1, [("usage", "-0.99")], id="it had been paid"),
        pytest.param(51, -3, [("usage", "-2.97"), ("included", "1.98")], id="one of three paid"),
        pytest.param(48, 3, [("usage", "2.97"), ("included", "-1.98")], id="two of three included"),
        pytest.param(
            1_060,
            -20,
            [("usage", "-19.80"), ("volume_discount", "2.00")],
            id="ten of twenty at a volume price",
        ),
    ],
)
def test_an_adjustment_costs_what_its_month_now_costs_more_or_less(billed, more, expected):
    pro = PLANS["pro"]
    terms = (PlanTerm(pro, LONG_AGO), PlanTerm(STANDARD, start_of(PERIOD)))
    before = used("resolutions", billed, pro, EARLIER)

    bill = rate(PERIOD, terms, used("resolutions", more, pro, EARLIER), UNTAXED, before)

    assert amounts(bill) == expected
    assert {line.period for line in bill.lines} == {EARLIER}


def test_an_adjustment_takes_nothing_of_what_this_month_includes():
    pro = replace(PLANS["pro"], base_fee_micros=0)
    accounts = used("resolutions", 5, pro, EARLIER) | used("resolutions", 50, pro)
    before = used("resolutions", 50, pro, EARLIER)

    bill = rate(PERIOD, (PlanTerm(pro, LONG_AGO),), accounts, UNTAXED, before)

    assert bill.total == Money.of("4.95")


@given(months(), st.data())
def test_a_month_costs_the_same_in_however_many_bills_it_comes(month, data):
    terms, accounts = month
    whole = {replace(account, period=EARLIER): sum_ for account, sum_ in accounts.items()}
    billed: Accounts = {}
    bills = []
    for _ in range(data.draw(st.integers(0, 3))):
        taken = {
            account: Sum(data.draw(st.integers(-20, 90)), data.draw(st.integers(0, 10**8)))
            for account in data.draw(st.sets(st.sampled_from(sorted(whole)), min_size=1))
        }
        bills.append(rate(PERIOD, terms, taken, UNTAXED, billed))
        billed = merged([billed, taken])
    taken = {account: Sum(-sum_.quantity, -sum_.micros) for account, sum_ in billed.items()}
    rest = merged([whole, taken])
    bills.append(rate(PERIOD, terms, rest, UNTAXED, billed))

    for_usage = ("usage", "included", "volume_discount", "allowance")
    in_parts = sum(micros(of_kind(bill, *for_usage)) for bill in bills)
    assert in_parts == micros(of_kind(rate(EARLIER, terms, whole, UNTAXED), *for_usage))


def test_the_accounts_of_a_bill_are_those_that_it_was_made_for():
    pro = PLANS["pro"]
    accounts = used("resolutions", 60, pro, EARLIER) | used("actions", 7, pro)

    found = accounts_of(rate(PERIOD, (PlanTerm(pro, LONG_AGO),), accounts, UNTAXED))

    assert found == {account: replace(sum_, lines=0) for account, sum_ in accounts.items()}


def test_what_came_late_is_a_line_of_its_own_month():
    accounts = used("turns", 5, STANDARD, EARLIER) | used("turns", 7, STANDARD)

    bill = rate(PERIOD, (PlanTerm(STANDARD, LONG_AGO),), accounts, UNTAXED)

    assert [(line.period, line.quantity) for line in bill.lines] == [(EARLIER, 5), (PERIOD, 7)]


@pytest.mark.parametrize("rate_", [0, 1_900])
def test_a_month_without_anything_has_no_line(rate_):
    details = BillingDetails(tax_basis_points=rate_)

    assert rate(PERIOD, (PlanTerm(STANDARD, LONG_AGO),), {}, details).lines == ()


def test_a_month_before_the_first_plan_is_billed_in_its_currency():
    terms = (PlanTerm(PLANS["pro-eur"], end_of(PERIOD)), PlanTerm(PLANS["pro"], end_of("2026-12")))

    bill = rate(PERIOD, terms, {}, UNTAXED)

    assert (bill.currency, bill.lines) == ("EUR", ())


def test_the_currency_is_that_of_the_months_plan():
    terms = (PlanTerm(PLANS["pro"], LONG_AGO), PlanTerm(PLANS["pro-eur"], start_of(PERIOD)))

    assert rate(PERIOD, terms, {}, UNTAXED).total == Money.of("45.00", "EUR")
    assert rate(EARLIER, terms, {}, UNTAXED).total == Money.of("49.00", "USD")


def test_two_currencies_in_a_month_are_refused_aloud():
    pro, euro = PLANS["pro"], PLANS["pro-eur"]
    accounts = used("resolutions", 1, euro)

    with pytest.raises(ValueError, match="EUR"):
        rate(PERIOD, (PlanTerm(pro, LONG_AGO),), accounts, UNTAXED)


@pytest.mark.parametrize(
    ("basis_points", "shown"), [(1_900, "VAT 19 %"), (770, "VAT 7.7 %"), (2_005, "VAT 20.05 %")]
)
def test_the_rate_of_tax_is_shown_as_people_write_it(basis_points, shown):
    details = BillingDetails(tax_basis_points=basis_points)

    bill = rate(PERIOD, (PlanTerm(PLANS["pro"], LONG_AGO),), {}, details)

    assert bill.lines[-1].description == shown
