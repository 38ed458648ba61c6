"""The commands about usage: the bill, its events, today, and whether it adds up."""

import json

import pytest

from cli import settings
from local.stage import DemoTenant, Status
from tests.cli.scripted_usage import CHECK, DIFFERENCE, USAGE


def flat(result):
    return " ".join(result.stdout.split())


def test_the_bill_has_its_lines_total_and_forecast(run):
    result = run("usage", "--period", "2026-11")

    assert result.exit_code == 0, result.output
    told = flat(result)
    assert "Output tokens of [bold] (2026-10) 1,204 0.60 USD 0.000722 USD" in told
    assert "VAT 19 %" in told
    assert "2026-11 · pro@1 · running · as of 2026-11-24T09:30:00.000Z" in told
    assert "total 0.010722 USD (tax 0.01 USD) · forecast 58.31 USD" in told


def test_a_closed_bill_names_its_invoice(run, monkeypatch):
    monkeypatch.setitem(USAGE, "closed", True)
    monkeypatch.setitem(USAGE, "invoice", "HD-000042")
    monkeypatch.setitem(USAGE, "forecast", None)

    told = flat(run("usage"))

    assert "closed, invoice HD-000042" in told
    assert "forecast" not in told


def test_the_bill_as_json_is_as_it_came(run):
    assert json.loads(run("usage", "--json").stdout) == USAGE


def test_events_come_with_their_conversations_over_all_pages(run, service):
    result = run("usage", "events", "--meter", "turns", "--conversation", "conv_1")

    assert result.exit_code == 0, result.output
    assert [query.get("cursor") for query in service.usage.event_queries] == [None, "1", "2"]
    assert {query["meter"] for query in service.usage.event_queries} == {"turns"}
    assert "conv_1" in flat(result)
    assert "1,000 input_tokens" in flat(result)
    only = json.loads(run("usage", "events", "--limit", "2", "--json").stdout)
    assert [event["id"] for event in only["items"]] == ["evt_0", "evt_1"]


def test_today_is_shown_with_its_age(run):
    told = flat(run("usage", "today", "--days", "2"))

    assert "2026-11-24 1,204 3,000 900 17" in told
    assert "1,204 conversations today · as of 2026-11-25T09:30:00.000Z (4 s ago)" in told


def test_a_check_goes_on_until_all_tenants_are_seen(run, service):
    service.usage.check_reports = [
        CHECK | {"equal": False, "stopped_after": "ten_1"},
        CHECK | {"tenants": 5, "overdue": 0},
    ]

    result = run("usage", "check", "--period", "2026-11")

    assert result.exit_code == 0, result.output
    assert [check.get("after") for check in service.usage.checks] == [None, "ten_1"]
    assert [check["rebuild"] for check in service.usage.checks] == [False, False]
    assert "2026-11 · equal · 105 tenants, 10,000 events · 1 overdue posted" in flat(result)


def test_a_difference_fails_the_command_and_is_named(run, service):
    service.usage.check_reports = [
        CHECK | {"equal": False, "differences": [DIFFERENCE], "stopped_after": "ten_1"},
        CHECK,
    ]

    result = run("usage", "check", "--period", "2026-11")

    assert result.exit_code == 1
    assert "ten_1 3 2026-11 pro@1 turns 10 for 0.00 USD 11 for 0.00 USD" in flat(result)
    assert "1 accounts differ" in flat(result)


def test_what_was_too_busy_to_be_seen_fails_the_command(run, service):
    service.usage.check_reports = [CHECK | {"equal": False, "busy": 1}]

    assert run("usage", "check", "--period", "2026-11").exit_code == 1


def test_a_rebuild_names_its_tenant_and_what_it_mended(run, service):
    service.usage.check_reports = [
        CHECK | {"rebuilt": True, "equal": False, "differences": [DIFFERENCE]}
    ]

    result = run("usage", "rebuild", "--period", "2026-11", "--tenant", "ten_1", "--json")

    assert result.exit_code == 1
    assert service.usage.checks == [{"period": "2026-11", "rebuild": True, "tenant": "ten_1"}]
    assert json.loads(result.stdout)["differences"] == [DIFFERENCE]


def test_a_check_needs_a_month(run):
    assert run("usage", "check").exit_code == 2


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (("usage",), "hd_sk_x"),
        (("usage", "--tenant", "ten_2"), "hd_fin_x"),
        (("usage", "events", "--limit", "1"), "hd_sk_x"),
        (("usage", "events", "--limit", "1", "--tenant", "ten_2"), "hd_fin_x"),
        (("usage", "check", "--period", "2026-11"), "hd_op_x"),
        (("usage", "rebuild", "--period", "2026-11"), "hd_op_x"),
    ],
)
def test_on_this_machine_each_command_has_the_key_that_may_do_it(
    run, service, monkeypatch, tmp_path, command, key
):
    sample = DemoTenant("ten_1", "hd_sk_x", "hd_pk_x")
    stage = Status(service.url, True, "hd_op_x", "hd_fin_x", sample)
    monkeypatch.setattr(settings, "status", lambda: stage)
    unnamed = {"HELPDESK_URL": None, "HELPDESK_API_KEY": None}
    service.usage.check_reports = [CHECK]

    result = run(*command, env=unnamed | {"HELPDESK_CONFIG": str(tmp_path / "none.toml")})

    assert result.exit_code == 0, result.output
    assert service.usage.keys == [f"Bearer {key}"]
