"""Finance exports and closes a month, reads invoices and reconciles; tenants see only their own."""

import gzip
import hashlib
import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from helpdesk.billing.periods import next_period
from helpdesk.clock import period_of, utc_now
from helpdesk.events import BillingJob
from helpdesk.ids import new_id
from helpdesk.money import Money
from tests.api.finance_world import LONG_AGO, FinanceWorld, forget_what_is_wired

PRESENT = period_of(utc_now())


@pytest.fixture(scope="module")
def world(aws):
    world = FinanceWorld()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in world.environment.items():
            patch.setenv(name, value)
        forget_what_is_wired()
        yield world
    forget_what_is_wired()


@pytest.fixture(scope="module")
def closed(world):
    """The month is closed by finance, once."""
    return world.export(close=True)


def test_an_export_is_queued_made_and_downloaded(world, closed):
    asked = world.ask("POST", "/v1/exports", {"period": LONG_AGO})
    assert (asked.status, asked.json["status"]) == (202, "queued")
    world.work()

    export = world.ask("GET", f"/v1/exports/{asked.json['id']}").json

    assert (export["status"], export["closed"], export["error"]) == ("ready", True, None)
    assert {file["format"] for file in export["files"]} == {"csv", "parquet", "focus"}
    for file in export["files"]:
        content = world.downloaded(file["url"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert (len(content), file["rows"]) == (file["bytes"], export["rows"])
    (csv,) = (file for file in export["files"] if file["format"] == "csv")
    lines = gzip.decompress(world.downloaded(csv["url"])).decode().splitlines()
    assert len(lines) == export["rows"] + 1
    assert world.document(export["manifest_url"])["rows"] == export["rows"]


def test_a_closed_months_files_are_the_same_whoever_exports_them_again(world, closed):
    again = world.export()

    assert again["id"] != closed["id"]
    assert [each["sha256"] for each in again["files"]] == [
        each["sha256"] for each in closed["files"]
    ]
    assert again["total"] == closed["total"]


def test_the_total_of_the_close_is_that_of_the_invoices_in_whole_cents(world, closed):
    listed = world.ask("GET", "/v1/invoices", query={"period": LONG_AGO}).json["items"]

    assert [each["number"] for each in listed] == ["HD-000001", "HD-000002"]
    total = sum(Money.of(each["total"]["amount"]).micros for each in listed)
    assert Money(total).amount() == closed["total"]["amount"]
    assert closed["totals"] == [closed["total"]]
    assert total % 10_000 == 0


def test_invoices_come_in_pages(world, closed):
    first = world.ask("GET", "/v1/invoices", query={"period": LONG_AGO, "limit": "1"}).json
    wanted = {"period": LONG_AGO, "limit": "1", "cursor": first["next_cursor"]}
    second = world.ask("GET", "/v1/invoices", query=wanted).json

    numbers = [each["number"] for page in (first, second) for each in page["items"]]
    assert (numbers, second["next_cursor"]) == (["HD-000001", "HD-000002"], None)
    nonsense = world.ask("GET", "/v1/invoices", query={"period": LONG_AGO, "cursor": "x"})
    assert nonsense.fields == ["cursor"]


def test_an_export_of_one_tenant_has_nothing_of_others(world, closed):
    export = world.export(tenant=world.acme.id)

    (csv,) = (file for file in export["files"] if file["format"] == "csv")
    content = gzip.decompress(world.downloaded(csv["url"])).decode()
    assert world.acme.id in content
    assert world.rival.id not in content
    assert export["tenant"] == world.acme.id


def test_exports_are_listed_newest_first_over_pages(world, closed):
    newest = world.ask("POST", "/v1/exports", {"period": LONG_AGO}).json["id"]
    world.work()

    page = world.ask("GET", "/v1/exports", query={"limit": "1"}).json
    assert [each["id"] for each in page["items"]] == [newest]
    rest = world.ask(
        "GET", "/v1/exports", query={"limit": "100", "cursor": page["next_cursor"]}
    ).json
    ids = [each["id"] for each in rest["items"]]
    assert closed["id"] in ids
    assert ids == sorted(ids, reverse=True)


def test_an_idempotency_key_makes_one_export(world, closed, once):
    first = world.ask("POST", "/v1/exports", {"period": LONG_AGO}, headers=once)
    again = world.ask("POST", "/v1/exports", {"period": LONG_AGO}, headers=once)
    world.work()

    assert again.json == first.json
    assert again.headers["idempotency-replayed"] == "true"
    other = world.ask("POST", "/v1/exports", {"period": PRESENT}, headers=once)
    assert other.code == "idempotency_conflict"


def test_a_period_closes_once_and_the_refusal_names_the_export(world, closed):
    refused = world.ask("POST", "/v1/exports", {"period": LONG_AGO, "close": True})

    assert (refused.status, refused.code) == (409, "conflict")
    assert closed["id"] in refused.json["detail"]


def test_a_period_that_is_not_over_is_not_closed(world, closed):
    refused = world.ask("POST", "/v1/exports", {"period": PRESENT, "close": True})

    assert (refused.status, refused.code) == (422, "policy_violation")
    assert f"{PRESENT} can be closed from" in refused.json["detail"]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"period": "2026-13"}, "period"),
        ({"period": next_period(next_period(PRESENT))}, "period"),
        ({"period": LONG_AGO, "format": "csv"}, "format"),
        ({"period": LONG_AGO, "close": True, "tenant": f"ten_{'0' * 26}"}, "tenant"),
        ({}, "period"),
    ],
)
def test_a_wish_that_makes_no_sense_says_where(world, wish, field):
    refused = world.ask("POST", "/v1/exports", wish)

    assert (refused.code, refused.fields) == ("validation_failed", [field])


def test_an_export_of_nobody_is_not_found(world):
    nobody = {"period": LONG_AGO, "tenant": f"ten_{'0' * 26}"}
    assert world.ask("POST", "/v1/exports", nobody).code == "not_found"
    for path in (f"/v1/exports/{new_id('exp', utc_now())}", "/v1/exports/exp_1"):
        assert world.ask("GET", path).code == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/exports"),
        ("GET", "/v1/exports"),
        ("GET", "/v1/exports/exp_1"),
        ("POST", "/v1/reconciliations"),
        ("GET", "/v1/reconciliations/rec_1"),
    ],
)
def test_exports_are_for_finance_alone(world, method, path):
    body = {"period": LONG_AGO} if method == "POST" else None
    for key in (world.acme.secret, world.acme.publishable, world.platform_keys.operator):
        assert world.call(method, path, body, key=key).code == "forbidden"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/documents", None),
        ("GET", "/v1/conversations", None),
        ("GET", "/v1/tenant", None),
        ("POST", "/v1/keys", {"role": "secret"}),
    ],
)
def test_finance_may_not_read_or_change_what_tenants_have(world, method, path, body):
    assert world.ask(method, path, body).code == "forbidden"


def test_a_tenant_reads_its_invoice_and_nobody_elses(world, closed):
    own = world.call("GET", "/v1/invoices", key=world.acme.secret).json["items"]
    assert [(each["tenant"], each["period"]) for each in own] == [(world.acme.id, LONG_AGO)]

    invoice = world.call("GET", f"/v1/invoices/{LONG_AGO}", key=world.acme.secret).json
    assert (invoice["tenant"], invoice["number"]) == (world.acme.id, own[0]["number"])
    assert invoice["total"] == own[0]["total"]
    assert invoice["seller"]["address"] == ["Musterstraße 1", "10115 Berlin"]
    told = world.document(invoice["json_url"])
    assert told == {name: invoice[name] for name in told}
    pdf = PdfReader(io.BytesIO(world.downloaded(invoice["pdf_url"]))).pages[0].extract_text()
    assert invoice["number"] in pdf
    assert invoice["total"]["amount"] in pdf

    theirs = {"tenant": world.rival.id}
    for path in ("/v1/invoices", f"/v1/invoices/{LONG_AGO}"):
        assert world.call("GET", path, key=world.acme.secret, query=theirs).code == "not_found"
    listed = world.call(
        "GET", "/v1/invoices", key=world.acme.secret, query={"period": LONG_AGO}
    ).json
    assert listed["items"] == own


def test_finance_reads_everybodys_invoices_and_says_whose(world, closed):
    path = f"/v1/invoices/{LONG_AGO}"
    assert world.ask("GET", path).fields == ["tenant"]
    assert world.ask("GET", "/v1/invoices").fields == ["tenant"]

    invoice = world.ask("GET", path, query={"tenant": world.rival.id}).json

    assert invoice["receiver"]["name"] == "Šťastný & Søn"
    assert world.ask("GET", path, query={"tenant": f"ten_{'0' * 26}"}).code == "not_found"


@pytest.mark.parametrize("period", [PRESENT, "never", "2026-13"])
def test_a_month_that_is_not_closed_has_no_invoice(world, closed, period):
    answer = world.call("GET", f"/v1/invoices/{period}", key=world.acme.secret)
    assert answer.code == "not_found"


def test_visitors_have_no_invoices(world, closed):
    assert world.call("GET", "/v1/invoices", key=world.acme.publishable).code == "forbidden"


def test_a_closed_month_is_reconciled_over_all_that_says_something_of_it(world, closed):
    asked = world.ask("POST", "/v1/reconciliations", {"period": LONG_AGO})
    assert (asked.status, asked.json["status"], asked.json["adds_up"]) == (202, "queued", None)
    world.work()

    found = world.ask("GET", f"/v1/reconciliations/{asked.json['id']}").json

    assert (found["status"], found["adds_up"], found["differences"]) == ("ready", True, [])
    sums = {each["source"]: each["totals"] for each in found["sums"]}
    assert set(sums) == {"ledger", "fold", "csv", "parquet", "focus", "invoices"}
    assert all(said == [closed["total"]] for said in sums.values())


def test_schedules_draft_the_present_month_and_leave_a_closed_one_alone(world, closed):
    before = len(world.ask("GET", "/v1/exports", query={"limit": "100"}).json["items"])
    for job in ("draft", "check", "storage"):
        world.billing_queue.send(BillingJob(job=job))
    world.work()

    listed = world.ask("GET", "/v1/exports", query={"limit": "100"}).json["items"]
    assert len(listed) == before + 1
    assert (listed[0]["period"], listed[0]["status"]) == (PRESENT, "ready")
    assert listed[0]["created_at"] > (utc_now() - timedelta(hours=1)).isoformat()[:13]


def test_a_message_that_is_not_understood_comes_again(world):
    record = {"messageId": "m1", "body": "{}", "eventSource": "aws:sqs", "attributes": {}}

    assert world.run({"Records": [record]}) == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
