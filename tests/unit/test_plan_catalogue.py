"""Plans are found in their newest version, and a written one is never changed."""

from dataclasses import replace

import pytest

from helpdesk.errors import Conflict, NotFound, ValidationFailed
from helpdesk.plan_book import PLANS, STANDARD
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.plans import Plan
from tests.fakes.plans import MemoryPlans

TEAM = Plan("team", 1, "Team", base_fee_micros=19_000_000)


@pytest.fixture
def plans():
    return MemoryPlans()


@pytest.fixture
def catalogue(plans):
    return PlanCatalogue(plans)


def names(plans):
    return [plan.name for plan in plans]


def test_the_plan_book_is_there_from_the_beginning(catalogue):
    assert catalogue.all() == catalogue.open_plans() == [PLANS[name] for name in sorted(PLANS)]
    assert catalogue.get("standard") == STANDARD


def test_what_operators_write_is_not_open_to_all(catalogue):
    assert catalogue.write(TEAM) == TEAM

    assert catalogue.get("team") == TEAM
    assert names(catalogue.all()) == ["pro", "pro-eur", "standard", "team"]
    assert "team" not in names(catalogue.open_plans())
    with pytest.raises(NotFound):
        catalogue.open_plan("team")
    with pytest.raises(NotFound):
        catalogue.get("unheard-of")


def test_a_change_is_the_next_version_and_a_repetition_none(catalogue, plans):
    first = catalogue.write(TEAM)
    assert catalogue.write(TEAM) == first
    second = catalogue.write(replace(TEAM, title="Dearer"))
    assert (second.version, catalogue.get("team")) == (2, second)
    assert catalogue.write(replace(TEAM, title="Dearer")) == second
    assert catalogue.write(TEAM).version == 3
    assert plans.newest("team").version == 3


def test_a_plan_of_the_book_goes_on_with_its_second_version(catalogue):
    written = catalogue.write(replace(STANDARD, title="Pay for models, and 9 USD"))

    assert written.ref == "standard@2"
    assert catalogue.open_plan("standard") == written
    assert written in catalogue.open_plans()
    assert STANDARD not in catalogue.all()


def test_the_book_itself_is_not_written_anew(catalogue, plans):
    assert catalogue.write(STANDARD) == STANDARD
    assert plans.newest_of_all() == []


def test_of_two_that_write_at_once_one_is_told(catalogue, plans):
    newest = plans.newest

    def raced(name):
        found = newest(name)
        plans.add(replace(TEAM, title="Mine"))
        return found

    plans.newest = raced
    with pytest.raises(Conflict):
        catalogue.write(TEAM)


def test_a_request_names_one_of_those_that_it_may(catalogue):
    assert catalogue.chosen("pro", catalogue.open_plans()) == PLANS["pro"]
    with pytest.raises(ValidationFailed) as refused:
        catalogue.chosen("team", catalogue.open_plans())
    (at,) = refused.value.errors
    assert at.field == "plan"
    assert "pro, pro-eur, standard" in at.message
