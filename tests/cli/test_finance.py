"""Finance's commands: what they ask for, what they fetch, and how they exit."""

import json

import pytest

from cli import finance
from tests.cli.scripted_finance import A_CENT, FILES, INVOICES, MANIFEST, RECONCILED


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch):
    monkeypatch.setattr(finance, "_POLL_SECONDS", 0)


def test_an_export_is_asked_for_and_not_waited_for(run, service):
    result = run("finance", "export", "2026-10")

    assert result.exit_code == 0, result.output
    assert service.finance.asked == [{"period": "2026-10"}]
    assert "exp_1 · 2026-10 · queued" in result.stdout


def test_a_close_of_one_wish_says_all_of_it(run, service):
    result = run("finance", "export", "2026-10", "--close", "--tenant", "ten_1")

    assert result.exit_code == 0
    assert service.finance.asked == [{"period": "2026-10", "close": True, "tenant": "ten_1"}]


def test_the_files_are_fetched_as_they_lie_in_the_archive(run, service, tmp_path):
    result = run("finance", "export", "2026-10", "--to", str(tmp_path))

    assert result.exit_code == 0, result.output
    assert "12 rows · total 56.33 USD" in result.stdout
    found = {
        path.relative_to(tmp_path).as_posix(): path.read_bytes()
        for path in tmp_path.rglob("*")
        if path.is_file()
    }
    assert found == {
        "csv/billing_period=2026-10/part-00000.csv.gz": FILES["csv"],
        "parquet/billing_period=2026-10/part-00000.parquet": FILES["parquet"],
        "focus/billing_period=2026-10/part-00000.parquet": FILES["focus"],
        "manifests/2026-10.json": MANIFEST,
    }
    assert service.finance.keys_sent_to_storage == []


def test_a_file_that_is_not_what_was_exported_fails_and_is_not_left(run, service, tmp_path):
    service.finance.files["parquet"] = b"PAR2"

    result = run("finance", "export", "2026-10", "--to", str(tmp_path))

    assert result.exit_code == 1
    assert "part-00000.parquet is not what was exported" in result.output
    assert not list((tmp_path / "parquet").rglob("part-*"))


def test_an_export_that_fails_fails_the_command_and_says_why(run, service, tmp_path):
    service.finance.failure = "2026-10 is closed by the export exp_0."

    result = run("finance", "export", "2026-10", "--close", "--wait")

    assert result.exit_code == 1
    assert "2026-10 is closed by the export exp_0." in result.output


def test_exports_are_listed(run):
    result = run("finance", "exports")
    assert result.exit_code == 0
    assert "exp_1" in result.stdout
    assert "9.00 USD" in result.stdout
    assert json.loads(run("finance", "exports", "--json").stdout)["items"][0]["id"] == "exp_1"


def test_invoices_of_a_month_are_listed(run):
    result = run("finance", "invoices", "--period", "2026-10")
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["HD-000002", "ten_2", "-1.98", "USD"] in rows

    arguments = ("finance", "invoices", "--period", "2026-10", "--tenant", "ten_1", "--json")
    assert json.loads(run(*arguments).stdout) == {"items": INVOICES[:1]}


def test_a_month_that_adds_up_shows_every_sum(run, service):
    result = run("finance", "reconcile", "--period", "2026-10")

    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()]
    for source in ("ledger", "fold", "csv", "parquet", "focus", "invoices"):
        assert [source, "56.33", "USD"] in rows
    assert "2026-10 · closed · adds up" in result.stdout
    assert json.loads(run("finance", "reconcile", "--period", "2026-10", "--json").stdout) == (
        RECONCILED
    )


def test_a_cent_fails_the_command_and_says_whose(run, service):
    service.finance.found = A_CENT

    result = run("finance", "reconcile", "--period", "2026-10")

    assert result.exit_code == 1
    told = [line.strip() for line in result.stderr.splitlines() if line]
    sums = "ledger 58.31 USD, fold 58.31 USD, csv 58.30 USD"
    assert [f"sums at ten_{'1' * 26}: {sums}", "chain at 2026-10"] == told
    assert "2 differences" in result.stdout


def test_a_reconciliation_that_could_not_be_done_fails_the_command(run, service):
    service.finance.found = {
        "status": "failed",
        "adds_up": None,
        "error": "The archive refused the request.",
    }

    result = run("finance", "reconcile", "--period", "2026-10")

    assert result.exit_code == 1
    assert "The archive refused the request." in result.stdout
