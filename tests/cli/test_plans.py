"""Plans are shown as they are, and changed or tried as the operator says."""

import json

from tests.cli.scripted_plans import PREVIEW, PRO

DECEMBER = "2026-12-01T00:00:00Z"


def test_plans_are_listed_with_what_a_month_costs(run):
    result = run("plans", "list")
    assert result.exit_code == 0, result.output
    assert "pro@2" in result.stdout
    assert "49.00 USD" in result.stdout
    assert json.loads(run("plans", "list", "--json").stdout) == {"items": [PRO]}


def test_a_plan_is_shown_with_its_tiers(run):
    result = run("plans", "show", "pro")
    assert result.exit_code == 0, result.output
    assert "pro@2: Pro [/b]" in result.stdout
    assert "49.00 USD a month, 20.00 USD of models included" in result.stdout
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["resolutions", "50", "1,000", "0.99", "USD"] in rows
    assert ["resolutions", "50", "any", "0.59", "USD"] in rows
    assert json.loads(run("plans", "show", "pro", "--json").stdout) == PRO


def test_a_plan_that_there_is_not_fails_the_command(run):
    result = run("plans", "show", "unheard-of")
    assert result.exit_code == 1
    assert "There is no such plan." in result.output


def test_a_plan_is_changed_from_a_moment_on(run, service):
    result = run("tenant", "plan", "ten_1", "pro", "--from", DECEMBER)
    assert result.exit_code == 0, result.output
    assert f"From {DECEMBER} on: Pro [/b]" in result.stdout
    assert service.plans.asked == [("/v1/tenants/ten_1/plan", {"plan": "pro", "from": DECEMBER})]


def test_without_a_moment_the_service_says_when(run, service):
    result = run("tenant", "plan", "ten_1", "pro")
    assert "From 2026-11-24T09:32:00.000Z on" in result.stdout
    assert service.plans.asked == [("/v1/tenants/ten_1/plan", {"plan": "pro"})]


def test_a_preview_changes_nothing_and_shows_both_bills(run, service):
    result = run("tenant", "plan", "ten_1", "pro", "--preview")
    assert result.exit_code == 0, result.output
    assert "1,204" in result.stdout
    assert "2026-10: 3.10 USD as it was, 1240.96 USD under pro@2" in result.stdout
    assert service.plans.asked == [("/v1/tenants/ten_1/plan/preview", {"plan": "pro"})]
    told = run("tenant", "plan", "ten_1", "pro", "--preview", "--json").stdout
    assert json.loads(told) == PREVIEW


def test_a_preview_from_a_moment_on_is_wrong_use(run, service):
    result = run("tenant", "plan", "ten_1", "pro", "--preview", "--from", DECEMBER)
    assert result.exit_code == 2
    assert service.plans.asked == []
