"""A month that is over is billed, exported, closed and proved, through the public door."""

import hashlib
import io
import json
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from cli import settings
from cli.main import app
from helpdesk.billing.chain import GENESIS
from helpdesk.billing.periods import next_period, start_of
from helpdesk.clock import period_of, utc_now
from local import stage
from tests.e2e.outside_program import Tenant
from tests.e2e.phone_support import MONTH, calls, remembered_late, taken_back
from tests.e2e.platform_people import Finance, Person, fetched, manifest_of, sums_of
from tests.e2e.tables_by_hand import TablesByHand

NEXT = next_period(MONTH)

DETAILS: dict[str, Any] = {
    "legal_name": "Northwind Outdoor GmbH",
    "address": ["Bergweg 1", "80331 München"],
    "tax_id": "DE123456789",
    "tax_name": "USt",
    "tax_basis_points": 1900,
}


@pytest.fixture(scope="module")
def by_hand(base_url, here):
    return TablesByHand(here)


@pytest.fixture(scope="module")
def stands(base_url, here):
    """The stage that stands, with its keys."""
    return stage.status(here)


@pytest.fixture(scope="module")
def operator(stands):
    with Person(stands.base_url, stands.operator_key) as operator:
        yield operator


@pytest.fixture(scope="module")
def finance(stands):
    with Finance(stands.base_url, stands.finance_key) as finance:
        yield finance


@pytest.fixture
def helpdesk(stands, monkeypatch, tmp_path):
    """The command, with the keys of the tests' own stage."""
    monkeypatch.setattr(settings, "status", lambda: stands)
    names = ("HELPDESK_URL", "HELPDESK_API_KEY")
    environment = {**dict.fromkeys(names), "HELPDESK_CONFIG": str(tmp_path / "none.toml")}
    return lambda *arguments: CliRunner(env=environment).invoke(app, arguments)


@contextmanager
def signed_up(stands, by_hand, name):
    """A company that is with us since the first of the month."""
    with Tenant(stands.base_url, name, plan="pro") as tenant:
        by_hand.sign_up_then(tenant.id, start_of(MONTH))
        yield tenant


@pytest.fixture(scope="module")
def rival(stands, by_hand):
    """It used nothing, and has its plan to pay."""
    with signed_up(stands, by_hand, "Rival") as tenant:
        yield tenant


@pytest.fixture(scope="module")
def company(stands, by_hand, operator, rival):
    with signed_up(stands, by_hand, "Northwind") as tenant:
        path = f"/v1/tenants/{tenant.id}/billing-details"
        changed = operator.http.put(path, json=DETAILS)
        assert changed.status_code == 200, changed.text
        yield tenant


@pytest.fixture(scope="module")
def told(operator):
    """What became of each of some facts."""

    def tell(*events):
        answer = operator.http.post("/v1/usage/events", json={"events": events})
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    return tell


@pytest.fixture(scope="module")
def recorded(company, told):
    """The month's usage: two of the resolutions are taken back again."""
    results = told(*calls(company.id))
    return [*results, *told(taken_back(company.id, results[-1]["event_id"]))]


@pytest.fixture(scope="module")
def running(company, finance, recorded):
    """The bill before the close."""
    return finance.usage(company.id, MONTH)


@pytest.fixture(scope="module")
def draft(finance, recorded):
    return finance.export(period=MONTH)


@pytest.fixture(scope="module")
def closed(finance, running, draft):
    """The export that closed the month."""
    return finance.export(period=MONTH, close=True)


def test_a_fact_is_recorded_once(company, told, recorded):
    assert [result["status"] for result in recorded] == ["recorded"] * 5

    again = told(*calls(company.id))
    assert [result["status"] for result in again] == ["repeated"] * 4
    assert [result["event_id"] for result in again] == [each["event_id"] for each in recorded[:4]]


def test_a_fact_under_the_id_of_another_is_a_conflict(company, operator, told, recorded):
    other, *same = calls(company.id)
    other["data"]["lines"][0]["quantity"] = 2

    statuses = [result["status"] for result in told(other, *same)]

    assert statuses == ["conflict", *["repeated"] * 3]
    refused = operator.http.post("/v1/usage/events", json={"events": [other]})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_the_running_bill_is_exact(running):
    assert (running["closed"], running["plan"], running["invoice"]) == (False, "pro@1", None)
    used = {
        line["meter"]: (line["quantity"], line["amount"]["amount"])
        for line in running["lines"]
        if line["kind"] == "usage"
    }
    assert used == {
        "turns": (3, "0.00"),
        "input_tokens": (12_000_003, "30.000009"),
        "output_tokens": (1_500_000, "15.00"),
        "resolutions": (55, "54.45"),
    }
    # 49 for the plan, 25.000009 of the model beyond 20, 5 resolutions beyond 50; 19 % of that.
    assert (running["net"]["amount"], running["tax"]["amount"]) == ("78.950009", "15.00")


def test_another_plan_is_tried_on_the_month(company, operator, running):
    path = f"/v1/tenants/{company.id}/plan/preview"
    tried = operator.http.post(path, json={"plan": "standard", "period": MONTH})

    assert tried.status_code == 200, tried.text
    before, after = tried.json()["before"], tried.json()["after"]
    # Under the other it pays what the model costs, and 19 % of that.
    assert (before["total"]["amount"], after["total"]["amount"]) == ("93.95", "53.55")
    assert tried.json()["difference"]["amount"] == "-40.40"


def test_a_draft_closes_nothing(draft):
    assert (draft["closed"], draft["close"]) == (False, False)
    # The lines of five events; what the plan adds comes with the close.
    assert (draft["rows"], draft["total"]["amount"]) == (11, "99.450009")


def test_whoever_adds_the_files_up_comes_to_the_invoices(company, rival, finance, closed, tmp_path):
    months = [finance.usage(tenant.id, MONTH) for tenant in (company, rival)]
    totals = {
        tenant.id: Decimal(month["total"]["amount"])
        for tenant, month in zip((company, rival), months, strict=True)
    }
    assert list(totals.values()) == [Decimal("93.95"), Decimal("49.00")]
    assert all(month["closed"] and month["invoice"] for month in months)

    for format, path in fetched(closed, tmp_path).items():
        assert sums_of(format, path) == totals, format
    listed = finance.http.get("/v1/invoices", params={"period": MONTH}).json()["items"]
    assert {each["tenant"]: Decimal(each["total"]["amount"]) for each in listed} == totals
    assert [each["number"] for each in listed] == ["HD-000001", "HD-000002"]
    assert closed["closed"]
    assert Decimal(closed["total"]["amount"]) == sum(totals.values())


def test_a_closed_month_is_exported_again_byte_by_byte(finance, closed, tmp_path):
    again = finance.export(period=MONTH)

    assert again["id"] != closed["id"]
    assert fetched(again, tmp_path).keys() == {"csv", "parquet", "focus"}
    assert [each["sha256"] for each in again["files"]] == [
        each["sha256"] for each in closed["files"]
    ]
    assert manifest_of(again) == manifest_of(closed)


def test_a_month_is_closed_once(finance, closed):
    refused = finance.http.post("/v1/exports", json={"period": MONTH, "close": True})

    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert closed["id"] in refused.json()["detail"]


def test_the_close_is_sealed_with_its_manifest(by_hand, closed):
    record = json.loads(by_hand.archived(f"closed/chain/{MONTH}.json"))

    assert record["period"] == MONTH
    assert record["manifest_sha256"] == hashlib.sha256(manifest_of(closed)).hexdigest()
    assert record["previous_sha256"] == GENESIS
    assert json.loads(manifest_of(closed))["rows"] == closed["rows"]


def test_a_tenant_reads_its_own_invoice_and_nobody_elses(company, rival, closed):
    (listed,) = company.http.get("/v1/invoices").json()["items"]
    invoice = company.http.get(f"/v1/invoices/{MONTH}").json()

    assert (listed["tenant"], listed["period"]) == (company.id, MONTH)
    assert invoice["number"] == listed["number"]
    assert invoice["receiver"]["name"] == DETAILS["legal_name"]
    assert (invoice["net"]["amount"], invoice["tax"]["amount"]) == ("78.95", "15.00")
    pdf = PdfReader(io.BytesIO(httpx2.get(invoice["pdf_url"]).content))
    text = "\n".join(page.extract_text() for page in pdf.pages)
    for printed in (invoice["number"], "93.95", "USt 19 %", DETAILS["legal_name"]):
        assert printed in text
    assert httpx2.get(invoice["json_url"]).json()["number"] == invoice["number"]

    (others,) = rival.http.get("/v1/invoices").json()["items"]
    assert others["number"] != invoice["number"]
    refused = rival.http.get(f"/v1/invoices/{MONTH}", params={"tenant": company.id})
    assert refused.status_code == 404


def test_what_comes_late_is_the_next_months_adjustment(company, finance, told, closed):
    before = finance.usage(company.id, MONTH)

    (result,) = told(remembered_late(company.id))

    assert result["status"] == "recorded"
    (line,) = (line for line in finance.usage(company.id, NEXT)["lines"] if line["period"])
    assert (line["period"], line["quantity"]) == (MONTH, 1_000_000)
    assert line["amount"]["amount"] == "10.00"
    assert finance.usage(company.id, MONTH) == before


def test_a_closed_month_is_proved_to_add_up(helpdesk, closed):
    result = helpdesk("finance", "reconcile", "--period", MONTH)

    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()]
    for source in ("ledger", "fold", "csv", "parquet", "focus", "invoices"):
        assert [source, "142.95", "USD"] in rows
    assert f"{MONTH} · closed · adds up" in result.stdout


def without_a_cent_of_tax(item):
    statement = json.loads(item["statement"]["S"])
    (tax,) = (line for line in statement["bill"]["lines"] if line["kind"] == "tax")
    tax["amount"]["micros"] -= 10_000
    return {**item, "statement": {"S": json.dumps(statement)}}


def with_a_micro_more(shard):
    account = min((name for name in shard if name.startswith("micros#")), default=None)
    return {**shard, account: {"N": str(int(shard[account]["N"]) + 1)}} if account else shard


@pytest.mark.parametrize(
    ("partition", "first", "change", "named"),
    [
        ("", f"STATEMENT#{MONTH}", without_a_cent_of_tax, "invoices 93.94 USD"),
        (f"#BOOKS#{MONTH}", "SHARD#", with_a_micro_more, "fold 93.950001 USD"),
    ],
)
def test_whoever_changes_the_books_is_found(
    helpdesk, company, closed, by_hand, partition, first, change, named
):
    with by_hand.changed(f"TENANT#{company.id}{partition}", first, change):
        result = helpdesk("finance", "reconcile", "--period", MONTH)

    assert result.exit_code == 1, result.output
    assert f"sums at {company.id}: ledger 93.95 USD" in result.output
    assert named in result.output
    assert f"{MONTH} · closed · adds up" not in result.stdout


def test_a_chat_is_billed_and_the_accounts_hold_what_the_ledger_says(helpdesk, company):
    present = period_of(utc_now())
    company.ask("How many days do I have?")
    bill = company.http.get("/v1/usage", params={"period": present}).json()
    assert {each["meter"]: each["quantity"] for each in bill["meters"]}["turns"] == 1

    checked = helpdesk("usage", "check", "--period", present)
    rebuilt = helpdesk("usage", "rebuild", "--period", present)

    for result in (checked, rebuilt):
        assert result.exit_code == 0, result.output
        assert f"{present} · equal" in result.stdout
    again = company.http.get("/v1/usage", params={"period": present}).json()
    assert (again["lines"], again["total"]) == (bill["lines"], bill["total"])
