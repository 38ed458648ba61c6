"""What is told of closes: the platform of periods, each tenant of its invoice, the logs of both."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk import billing_telemetry
from helpdesk.billing.announcements import invoice_issued, period_closed, period_differs
from helpdesk.billing.reconciliation import Difference, Reconciliation
from helpdesk.events import DomainEvent, PlatformEvent
from helpdesk.webhooks import Webhook
from tests.contract.test_periods import a_close, a_statement, the_end_of
from tests.unit.billing.closing_world import FERN, NOVEMBER

CLOSED = the_end_of(a_close())
NOW = datetime(2026, 12, 1, 7, tzinfo=UTC)
DIFFERENT = Reconciliation(
    period=NOVEMBER,
    as_of=NOW,
    closed=False,
    sums={"ledger": {"USD": 10_000}, "fold": {"USD": 0}},
    differences=(
        Difference("sums", FERN, "USD", {"ledger": 10_000, "fold": 0}),
        Difference("chain", "2026-10"),
    ),
)


def test_the_platform_is_told_that_a_period_is_closed():
    told = period_closed(CLOSED)

    assert (told.type, told.subject, told.occurred_at) == (
        *("billing.period_closed", NOVEMBER),
        CLOSED.closed_at,
    )
    assert told.data == {
        "period": NOVEMBER,
        "export_id": "exp_1",
        "manifest_sha256": CLOSED.manifest_sha256,
        "sha256": CLOSED.sha256,
    }


def test_the_platform_is_told_what_does_not_add_up():
    told = period_differs(DIFFERENT)

    assert (told.type, told.subject, told.occurred_at) == ("billing.period_differs", NOVEMBER, NOW)
    dollars = {
        "ledger": {"amount": "0.01", "currency": "USD"},
        "fold": {"amount": "0.00", "currency": "USD"},
    }
    assert told.data == {
        "period": NOVEMBER,
        "closed": False,
        "count": 2,
        "differences": [
            {"name": "sums", "where": FERN, "sums": dollars},
            {"name": "chain", "where": "2026-10", "sums": {}},
        ],
    }


def test_of_many_differences_some_are_told_and_all_are_counted():
    many = replace(DIFFERENT, differences=DIFFERENT.differences * 500)

    data = period_differs(many).data

    assert (data["count"], len(data["differences"])) == (1_000, 20)


def test_a_tenant_is_told_of_its_invoice():
    told = invoice_issued(a_statement(FERN), CLOSED)

    assert told
    assert (told.tenant, told.type, told.subject) == (FERN, "invoice.issued", "HD-000042")
    assert told.data == {
        "number": "HD-000042",
        "period": NOVEMBER,
        "issued_on": "2026-12-01",
        "net": {"amount": "1000000000.00", "currency": "EUR"},
        "tax": {"amount": "-1000000000.00", "currency": "EUR"},
        "total": {"amount": "0.00", "currency": "EUR"},
    }
    webhook = Webhook(FERN, "wh_1", "https://a.example", ("invoice.issued",), NOW)  # type: ignore[arg-type]
    assert webhook.wants(told.type)


def test_who_has_no_invoice_is_told_of_none():
    assert invoice_issued(a_statement(FERN, number=None), CLOSED) is None


def test_the_same_fact_is_the_same_event_and_another_is_not():
    other = the_end_of(a_close("2026-12"))
    facts: list[Callable[[], Any]] = [
        lambda: period_closed(CLOSED),
        lambda: period_closed(other),
        lambda: period_differs(DIFFERENT),
        lambda: period_differs(replace(DIFFERENT, as_of=NOW + timedelta(hours=1))),
        lambda: invoice_issued(a_statement(FERN), CLOSED),
        lambda: invoice_issued(a_statement(FERN, "HD-000043"), CLOSED),
    ]

    assert [tell() for tell in facts] == [tell() for tell in facts]
    assert len({tell().id for tell in facts}) == len(facts)


def test_no_tenant_can_be_told_of_the_platform():
    """What a webhook would be told of names its tenant; these do not even look like that."""
    for told in (period_closed(CLOSED), period_differs(DIFFERENT)):
        assert isinstance(told, PlatformEvent)
        with pytest.raises(ValueError, match="tenant"):
            DomainEvent.model_validate_json(told.model_dump_json())


def test_logs_and_metrics_say_what_became_of_a_period(capsys):
    billing_telemetry.period_closed(CLOSED)
    billing_telemetry.period_reconciled(DIFFERENT)
    billing_telemetry.period_reconciled(replace(DIFFERENT, differences=()))

    captured = capsys.readouterr()
    logged = [json.loads(line) for line in captured.err.splitlines()]
    assert [(line["message"], line["period"]) for line in logged] == [
        ("period_closed", NOVEMBER),
        ("period_differs", NOVEMBER),
        ("period_differs", NOVEMBER),
    ]
    assert [(line["difference"], line["where"]) for line in logged[1:]] == [
        ("sums", FERN),
        ("chain", "2026-10"),
    ]
    measured = [json.loads(line) for line in captured.out.splitlines()]
    assert measured[0]["helpdesk.billing.periods_closed"] == [1]
    assert [line["helpdesk.billing.differences"] for line in measured[1:]] == [[2], [0]]
