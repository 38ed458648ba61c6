"""Months follow each other without a gap, and plans share a month to the second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.billing.periods import (
    Share,
    end_of,
    is_period,
    next_period,
    periods_between,
    previous_period,
    shares,
    start_of,
)
from helpdesk.clock import period_of
from helpdesk.plans import Plan, PlanTerm, plan_at

PERIODS = st.builds("{}-{:02}".format, st.integers(2001, 2098), st.integers(1, 12))
AROUND = datetime(2026, 9, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 150 * 86_400_000).map(lambda ms: AROUND + timedelta(milliseconds=ms))
PERIOD = "2026-11"
A, B, C = (Plan(name, 1, name.upper()) for name in ("a", "b", "c"))
TERMS = st.lists(
    st.builds(PlanTerm, st.sampled_from([A, B, C]), MOMENTS), min_size=1, max_size=6
).map(lambda terms: sorted(terms, key=lambda term: term.since))


@given(PERIODS)
def test_a_month_begins_where_the_one_before_ends(period):
    assert end_of(previous_period(period)) == start_of(period)
    assert start_of(next_period(period)) == end_of(period)
    assert previous_period(next_period(period)) == period
    assert period_of(start_of(period)) == period
    assert period_of(end_of(period) - timedelta(microseconds=1)) == period


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-11", True),
        ("2026-00", False),
        ("2026-13", False),
        ("2026-1", False),
        ("1999-12", False),
        ("2026-11\n", False),
    ],
)
def test_a_period_is_told_by_its_form(text, is_one):
    assert is_period(text) is is_one


def test_the_periods_between_two_are_both_and_all_between():
    assert list(periods_between("2026-11", "2027-02")) == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]
    assert list(periods_between("2026-11", "2026-10")) == []


@given(TERMS)
def test_the_shares_of_a_month_are_the_seconds_that_each_plan_was_in_force(terms):
    begin, end = start_of(PERIOD), end_of(PERIOD)
    moments = sorted({begin, end, *(t.since for t in terms if begin < t.since < end)})
    seconds: dict[Plan, int] = {}
    for since, until in pairwise(moments):
        if since >= terms[0].since:
            plan = plan_at(terms, since)
            lasted = int(until.timestamp()) - int(since.timestamp())
            seconds[plan] = seconds.get(plan, 0) + lasted

    shared = {share.plan: share.part for share in shares(terms, PERIOD)}

    assert shared == {plan: part for plan, part in seconds.items() if part}


@given(TERMS)
def test_a_month_that_a_tenant_was_there_for_is_shared_out_to_the_second(terms):
    first, *others = terms
    there = [PlanTerm(first.plan, start_of(PERIOD)), *others]
    there.sort(key=lambda term: term.since)

    shared = shares(there, PERIOD)

    assert sum(share.part for share in shared) == 30 * 24 * 3600
    assert {share.whole for share in shared} == {30 * 24 * 3600}
    assert min(share.part for share in shared) > 0


def test_who_was_not_there_yet_has_no_share():
    assert shares([PlanTerm(A, end_of(PERIOD))], PERIOD) == []


def test_a_plan_that_came_twice_has_one_share():
    day = timedelta(days=1)
    begin = start_of(PERIOD)
    terms = [PlanTerm(A, begin - day), PlanTerm(B, begin + 10 * day), PlanTerm(A, begin + 20 * day)]

    assert [(share.plan, share.part) for share in shares(terms, PERIOD)] == [
        (A, 20 * 86_400),
        (B, 10 * 86_400),
    ]


@given(st.integers(0, 10**12), st.integers(0, 2_592_000))
def test_a_fee_in_two_parts_is_the_whole_fee_to_the_micro(fee, part):
    whole = 2_592_000
    parts = Share(A, part, whole), Share(B, whole - part, whole)

    assert sum(share.half_up(fee) for share in parts) - fee in (0, 1)
    assert sum(share.down(fee) for share in parts) - fee in (-1, 0)
    assert Share(A, whole, whole).half_up(fee) == Share(A, whole, whole).down(fee) == fee
