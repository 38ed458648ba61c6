"""Plans are told apart by name and version, and one of them holds at each moment."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.plan_book import PLANS, STANDARD
from helpdesk.plans import CURRENCIES, PLAN_NAME, MeterTerms, Plan, PlanTerm, Tier, plan_at
from helpdesk.usage import PRICED_PER

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRO = PLANS["pro"]


def test_a_plan_holds_from_its_first_moment_until_the_next_begins():
    terms = [PlanTerm(STANDARD, NOON), PlanTerm(PRO, NOON + timedelta(days=1))]

    assert plan_at(terms, NOON) == STANDARD
    assert plan_at(terms, NOON + timedelta(hours=24, microseconds=-1)) == STANDARD
    assert plan_at(terms, NOON + timedelta(hours=24)) == PRO
    assert plan_at(terms, NOON + timedelta(days=9999)) == PRO


def test_before_the_first_term_the_first_plan_holds():
    assert plan_at([PlanTerm(PRO, NOON)], NOON - timedelta(days=1)) == PRO


def test_a_plan_is_named_with_its_version():
    assert Plan("pro", 3, "Pro").ref == "pro@3"


def test_what_a_plan_does_not_speak_of_is_free():
    assert PRO.terms_of("turns") == MeterTerms("turns", (Tier(None, 0),))
    assert PRO.terms_of("resolutions").included == 50


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_the_open_plans_are_what_an_operator_may_write_too(plan):
    assert PLAN_NAME.fullmatch(plan.name)
    assert plan.currency in CURRENCIES
    for terms in plan.meters:
        bounds = [tier.up_to for tier in terms.tiers]
        assert bounds.pop() is None
        assert bounds == sorted(bounds)
        assert PRICED_PER[terms.meter] == 1
