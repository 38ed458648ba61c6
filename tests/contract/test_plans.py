"""Plans: each version is written once and never changes, and the newest is found."""

import pytest

from helpdesk.adapters.dynamodb.plans import DynamoDBPlans
from helpdesk.clock import utc_now
from helpdesk.errors import Conflict
from helpdesk.ids import new_id
from helpdesk.plans import MeterTerms, Plan, Tier
from tests.fakes.plans import MemoryPlans


@pytest.fixture
def plans(cloud):
    return DynamoDBPlans(cloud.client("dynamodb"), "tenants") if cloud else MemoryPlans()


@pytest.fixture
def name():
    """A name of which no other name is the beginning."""
    return new_id("p", utc_now())


def a_plan(name, version=1, fee=99_000_000):
    tiers = Tier(1_000, 990_000), Tier(None, 590_000)
    return Plan(
        name,
        version,
        "Größer — 99 € 🏷",
        currency="EUR",
        base_fee_micros=fee,
        allowance_micros=10**15,
        meters=(MeterTerms("resolutions", tiers, included=50),),
        usd_rate_ppm=920_000,
    )


def test_a_plan_reads_as_it_was_written(plans, name):
    plans.add(a_plan(name))

    assert plans.newest(name) == a_plan(name)


def test_a_plan_that_nobody_wrote_is_none(plans, name):
    assert plans.newest(name) is None


def test_the_newest_version_counts_as_a_number(plans, name):
    for version in range(1, 12):
        plans.add(a_plan(name, version, fee=version))

    assert plans.newest(name) == a_plan(name, 11, fee=11)
    assert [plan for plan in plans.newest_of_all() if plan.name == name] == [
        a_plan(name, 11, fee=11)
    ]


def test_a_version_never_changes(plans, name):
    plans.add(a_plan(name))
    plans.add(a_plan(name))  # the answer to the first time was lost
    with pytest.raises(Conflict):
        plans.add(a_plan(name, fee=1))

    assert plans.newest(name) == a_plan(name)


def test_a_name_that_begins_like_another_is_another(plans, name):
    plans.add(a_plan(name))
    plans.add(a_plan(f"{name}-eur", 2))
    plans.add(a_plan(f"{name}2", 3))

    assert plans.newest(name) == a_plan(name)
    found = [plan.name for plan in plans.newest_of_all() if plan.name.startswith(name)]
    assert found == [name, f"{name}-eur", f"{name}2"]
