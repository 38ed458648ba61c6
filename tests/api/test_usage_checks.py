"""Checks compare the accounts with the ledger; a rebuild writes them anew."""

from dataclasses import replace

import pytest

from helpdesk.billing.accounts import Sum
from helpdesk.clock import period_of, utc_now
from helpdesk.metric_names import Metric
from tests.api.test_usage import posted

PERIOD = period_of(utc_now())


@pytest.fixture
def check(world):
    def check(**body):
        sent = {"period": PERIOD, **body}
        answer = world.call("POST", "/v1/usage/checks", sent, key=world.platform_keys.operator)
        assert answer.status == 200, answer.text
        return answer.json

    return check


@pytest.fixture
def miscounted(world, acme):
    """A posted turn of Acme of which one account holds a unit too much."""
    world.turn(acme.id)
    posted(world, acme.id)
    (totals,) = world.books.totals(acme.id, PERIOD)
    wrong = {
        account: sum_ + Sum(1, 2, 0) if account.meter == "output_tokens" else sum_
        for account, sum_ in totals.accounts.items()
    }
    world.books.replace(replace(totals, accounts=wrong))
    return totals


def test_what_adds_up_is_equal(world, acme, check):
    world.turn(acme.id)
    posted(world, acme.id)
    world.turn(acme.id)

    report = check(tenant=acme.id)

    assert report == {
        "period": PERIOD,
        "rebuilt": False,
        "equal": True,
        "tenants": 1,
        "shards": 8,
        "events": 1,
        "overdue": 0,
        "busy": 0,
        "differences": [],
        "stopped_after": None,
    }


def test_a_difference_is_named_and_measured(acme, check, miscounted, capsys):
    capsys.readouterr()

    report = check(tenant=acme.id)

    assert not report["equal"]
    assert report["differences"] == [
        {
            "tenant": acme.id,
            "shard": miscounted.shard,
            "period": PERIOD,
            "plan": "standard@1",
            "meter": "output_tokens",
            "model": "gpt-4o-mini",
            "unit_price": {"amount": "0.60", "currency": "USD"},
            "ledger": {
                "quantity": 10,
                "cost": {"amount": "0.000006", "currency": "USD"},
                "lines": 1,
            },
            "books": {
                "quantity": 11,
                "cost": {"amount": "0.000008", "currency": "USD"},
                "lines": 1,
            },
        }
    ]
    assert f'"{Metric.USAGE_DIFFERENCES.value}":[1.0]' in capsys.readouterr().out


def test_a_rebuild_gives_the_figures_of_the_ledger(world, acme, check, miscounted):
    report = check(tenant=acme.id, rebuild=True)

    assert (report["rebuilt"], len(report["differences"])) == (True, 1)
    (totals,) = world.books.totals(acme.id, PERIOD)
    assert totals.accounts == miscounted.accounts
    assert check(tenant=acme.id)["equal"]


def test_all_tenants_are_checked_or_those_behind_one(acme, rival, check):
    everyone = check()

    assert everyone["tenants"] >= 2
    assert everyone["shards"] == 8 * everyone["tenants"]
    assert check(after=max(acme.id, rival.id))["tenants"] < everyone["tenants"]


def test_nobody_is_not_found(world):
    body = {"period": PERIOD, "tenant": f"ten_{'0' * 26}"}
    answer = world.call("POST", "/v1/usage/checks", body, key=world.platform_keys.operator)

    assert answer.code == "not_found"
