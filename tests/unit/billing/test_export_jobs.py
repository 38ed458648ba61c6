"""Exports and closes from the request to the seal: once, whatever workers and messages do."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.billing.chain import record_of
from helpdesk.billing.exports import Export
from helpdesk.errors import (
    Conflict,
    NotFound,
    PolicyViolation,
    Unavailable,
    ValidationFailed,
)
from helpdesk.events import BillingJob
from helpdesk.ids import TenantId
from helpdesk.money import Money
from tests.unit.billing.closing_world import (
    DECEMBER,
    FERN,
    FOR_EVER,
    NOVEMBER,
    OAK,
    OCTOBER,
    PINE,
    SEPTEMBER_20,
    Killed,
    Reaper,
    a_tenant,
)
from tests.unit.billing.export_jobs_world import Finance, Ticking

SEPTEMBER = "2026-09"
NOBODY = TenantId("ten_none")


@pytest.fixture
def finance():
    """Three companies; in September two of them used something."""
    return a_month_of_work()


def a_month_of_work():
    finance = Finance(a_tenant(FERN), a_tenant(OAK, "standard"), a_tenant(PINE, "pro-eur"))
    for number in range(4):
        when = SEPTEMBER_20 + timedelta(hours=number)
        finance.post(finance.use(FERN, f"fern{number}", when, tokens=1_234_567))
    finance.use(PINE, "pine", SEPTEMBER_20, tokens=11)
    return finance


# Asking


def test_an_export_is_queued(finance):
    export = finance.requests.request(SEPTEMBER)

    assert export.id.startswith("exp_")
    assert (export.status, export.close, export.closed) == ("queued", False, False)
    assert finance.exports.get(export.id) == export
    assert list(finance.queue.jobs) == [BillingJob(job="export", id=export.id)]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"period": OCTOBER}, ValidationFailed),
        ({"period": SEPTEMBER, "tenant": NOBODY}, NotFound),
        ({"period": SEPTEMBER, "close": True, "tenant": FERN}, ValidationFailed),
        ({"period": SEPTEMBER, "close": True}, PolicyViolation),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(finance, wish, refusal):
    with pytest.raises(refusal):
        finance.requests.request(wish.pop("period"), **wish)

    assert not finance.exports.page(9, None).items
    assert not finance.queue.jobs


def test_periods_are_closed_in_order_and_once(finance):
    finance.over(OCTOBER)
    with pytest.raises(Conflict, match="the next is 2026-09"):
        finance.requests.request(OCTOBER, close=True)

    first = finance.requests.request(SEPTEMBER, close=True)
    finance.work(first.id)
    with pytest.raises(Conflict, match=f"2026-09 is closed by the export {first.id}"):
        finance.requests.request(SEPTEMBER, close=True)


def test_while_a_period_is_being_closed_nobody_else_closes_it(finance):
    finance.over(SEPTEMBER)
    first = finance.requests.request(SEPTEMBER, close=True)
    finance.worker().jobs.run(first.id, until=finance.now)

    with pytest.raises(Conflict, match=f"being closed by the export {first.id}"):
        finance.requests.request(SEPTEMBER, close=True)


def test_of_two_that_were_asked_for_at_once_one_closes_and_the_other_says_so(finance):
    finance.over(SEPTEMBER)
    first = finance.requests.request(SEPTEMBER, close=True)
    second = finance.requests.request(SEPTEMBER, close=True)

    finance.work(first.id)

    assert finance.exports.get(first.id).status == "ready"
    late = finance.exports.get(second.id)
    assert (late.status, late.failure) == ("failed", f"2026-09 is closed by the export {first.id}.")
    assert finance.failed == [late]


# Drafts


def test_a_draft_ends_ready_with_its_files_and_closes_nothing(finance):
    export = finance.requests.request(SEPTEMBER)

    done = finance.work(export.id)

    assert (done.status, done.closed) == ("ready", False)
    assert {file.format for file in done.files} == {"csv", "parquet", "focus"}
    assert all(key.startswith(f"drafts/{export.id}/") for key in finance.archive.files)
    assert finance.periods.all() == []


def test_of_one_tenant_nothing_of_others_is_exported(finance):
    export = finance.requests.request(SEPTEMBER, tenant=FERN)

    done = finance.work(export.id)

    assert done.rows == 8
    assert OAK.encode() not in finance.archive.files[done.manifest_key]


def test_a_run_whose_time_is_over_asks_for_more(finance):
    export = finance.requests.request(SEPTEMBER)
    finance.queue.jobs.clear()

    left = finance.worker().jobs.run(export.id, until=finance.now)

    assert left.status == "running"
    assert list(finance.queue.jobs) == [BillingJob(job="export", id=export.id)]
    assert finance.work(export.id).status == "ready"


# Closes


def test_a_close_leaves_files_invoices_register_record_and_is_told(finance):
    done = finance.close_by_export(SEPTEMBER)

    assert (done.status, done.closed, done.failure) == ("ready", True, None)
    close = finance.periods.get(SEPTEMBER)
    assert close.status == "closed"
    manifest = finance.archive.files["closed/manifests/2026-09.json"]
    assert close.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    assert finance.archive.files["closed/chain/2026-09.json"] == record_of(close)
    register = json.loads(finance.archive.files["closed/invoices/2026-09/register.json"])
    assert [(each["number"], each["tenant"]) for each in register["invoices"]] == [
        ("HD-000001", FERN),
        ("HD-000002", PINE),
    ]
    for tenant in (FERN, PINE):
        for ending in ("pdf", "json"):
            assert f"closed/invoices/2026-09/{tenant}.{ending}" in finance.archive.files
    assert set(finance.archive.files) == set(finance.archive.kept)
    told = [(event.type, event.subject) for event in finance.bus.events]
    assert told == [
        ("invoice.issued", "HD-000001"),
        ("invoice.issued", "HD-000002"),
        ("billing.period_closed", SEPTEMBER),
    ]
    assert finance.sealed == [close]


def test_export_ledger_and_invoices_say_the_same(finance):
    done = finance.close_by_export(SEPTEMBER)

    (found,) = finance.reconciled
    assert found.adds_up
    for total in done.totals:
        said = {source: sums.get(total.currency) for source, sums in found.sums.items()}
        assert set(said.values()) == {total.micros}
    assert {total.micros % 10_000 for total in done.totals} == {0}


def test_a_re_export_of_a_closed_month_is_byte_identical(finance):
    closed = finance.close_by_export(SEPTEMBER)

    again = finance.work(finance.requests.request(SEPTEMBER).id)

    assert again.closed
    assert [each.sha256 for each in again.files] == [each.sha256 for each in closed.files]
    files = finance.archive.files
    assert files[again.manifest_key] == files[closed.manifest_key]


def test_the_next_close_goes_on_with_the_numbers(finance):
    finance.close_by_export(SEPTEMBER)
    finance.close_by_export(OCTOBER)

    numbers = [each["number"] for each in finance.invoices.of_period(OCTOBER)]
    assert numbers == ["HD-000003", "HD-000004"]


def test_what_does_not_add_up_is_not_sealed_and_said(finance):
    finance.over(SEPTEMBER)
    export = finance.requests.request(SEPTEMBER, close=True)
    spoilt = "closed/csv/billing_period=2026-09/part-00000.csv.gz"
    worker, put = finance.worker(), finance.archive.put

    def put_and_spoil(key, *others):
        put(key, *others)
        if key == spoilt:
            finance.archive.files[key] += b"!"

    finance.archive.put = put_and_spoil
    failed = worker.jobs.run(export.id, FOR_EVER)

    assert failed.status == "failed"
    assert "2026-09 does not add up" in failed.failure
    assert finance.periods.get(SEPTEMBER).status == "closing"
    assert "closed/chain/2026-09.json" not in finance.archive.files
    assert [event.type for event in finance.bus.events] == ["billing.period_differs"]
    assert finance.failed == [failed]


def test_a_close_that_failed_is_asked_for_again_under_its_own_name(finance):
    finance.over(SEPTEMBER)
    export = finance.requests.request(SEPTEMBER, close=True)
    key = "closed/manifests/2026-09.json"
    finance.archive.files[key] = b"another"
    finance.archive.kept[key] = finance.now
    failed = finance.work(export.id)
    assert failed.failure == f"The archive keeps another file as {key}."

    del finance.archive.files[key]
    again = finance.requests.request(SEPTEMBER, close=True)

    assert (again.id, again.status, again.failure) == (export.id, "queued", None)
    assert finance.work(export.id).status == "ready"


# Workers and messages


def everything_of(finance):
    """All that a close leaves: files, statements, closes, and what is told."""
    closes = [replace(each, export="", sha256="") for each in finance.periods.all()]
    told = sorted({event.id.partition("_")[0] + event.subject for event in finance.bus.events})
    files = {k: v for k, v in finance.archive.files.items() if not k.startswith("closed/chain/")}
    return files, finance.statements(SEPTEMBER), closes, told


def steps_of_a_close():
    finance = a_month_of_work()
    finance.over(SEPTEMBER)
    export = finance.requests.request(SEPTEMBER, close=True)
    reaper = Reaper()
    finance.worker(reaper).jobs.run(export.id, FOR_EVER)
    return reaper.steps, everything_of(finance)


STEPS, UNDISTURBED = steps_of_a_close()


@pytest.mark.parametrize("part", range(8))
def test_killed_at_any_step_and_run_again_it_leaves_the_same(part):
    for step in range(1 + part, STEPS + 1, 16):
        finance = a_month_of_work()
        finance.over(SEPTEMBER)
        export = finance.requests.request(SEPTEMBER, close=True)
        with pytest.raises(Killed):
            finance.worker(Reaper(step)).jobs.run(export.id, FOR_EVER)

        finance.worker().jobs.run(export.id, FOR_EVER)

        assert finance.exports.get(export.id).status == "ready"
        assert everything_of(finance) == UNDISTURBED, step


def test_in_many_short_runs_it_leaves_the_same():
    finance = a_month_of_work()
    finance.over(SEPTEMBER)
    began = finance.now
    export = finance.requests.request(SEPTEMBER, close=True)
    runs = 0
    while finance.queue.jobs:
        finance.queue.jobs.popleft()
        runs += 1
        finance.now = began
        finance.worker(clock=Ticking(finance)).jobs.run(export.id, began + timedelta(seconds=4))

    assert finance.exports.get(export.id).status == "ready"
    assert runs > 3
    assert {file: len(content) for file, content in finance.archive.files.items()}.keys() >= {
        f"closed/invoices/2026-09/{PINE}.pdf",
        "closed/invoices/2026-09/register.json",
    }
    assert finance.reconciled[-1].adds_up


def test_a_message_that_comes_again_changes_nothing(finance):
    done = finance.close_by_export(SEPTEMBER)
    before = everything_of(finance)

    assert finance.worker().jobs.run(done.id, FOR_EVER) == done
    assert everything_of(finance) == before
    assert not finance.queue.jobs


@pytest.mark.parametrize("close", [False, True])
def test_who_is_overtaken_stops_and_leaves_it_to_the_other(finance, close):
    finance.over(SEPTEMBER)
    export = finance.requests.request(SEPTEMBER, close=close)
    finance.queue.jobs.clear()
    save = finance.exports.save
    overtaken: list[Export] = []

    def be_overtaken(after, before):
        if not overtaken:
            overtaken.append(after)
            finance.worker().jobs.run(export.id, FOR_EVER)
        save(after, before)

    finance.exports.save = be_overtaken
    assert finance.worker().jobs.run(export.id, FOR_EVER).status == "ready"

    assert overtaken
    assert not finance.failed
    assert not finance.queue.jobs


def test_what_passes_is_left_to_the_message_that_comes_again(finance):
    export = finance.requests.request(SEPTEMBER)

    def busy(*_):
        raise Unavailable("The archive is busy.")

    put, finance.archive.put = finance.archive.put, busy
    with pytest.raises(Unavailable):
        finance.worker().jobs.run(export.id, FOR_EVER)
    finance.archive.put = put

    assert finance.work(export.id).status == "ready"


def test_exports_whose_message_was_lost_are_asked_for_again(finance):
    lost = finance.requests.request(SEPTEMBER)
    finance.queue.jobs.clear()
    finance.now += timedelta(minutes=59)
    done = finance.requests.request(SEPTEMBER)
    finance.work(done.id)
    assert finance.requests.wake() == 0

    finance.now += timedelta(minutes=2)

    assert finance.requests.wake() == 1
    assert [job.id for job in finance.queue.jobs] == [lost.id]


# Reading


def test_invoices_are_there_when_their_month_is_closed(finance):
    finance.over(SEPTEMBER)
    export = finance.requests.request(SEPTEMBER, close=True)
    finance.worker().jobs.run(export.id, until=finance.now)
    closing = finance.closing()
    closing.close_books(finance.periods.get(SEPTEMBER), FOR_EVER)
    assert finance.invoices.of_tenant(FERN) == []
    with pytest.raises(NotFound):
        finance.invoices.get(FERN, SEPTEMBER)
    with pytest.raises(NotFound):
        finance.invoices.of_period(SEPTEMBER)

    finance.work(export.id)

    (mine,) = finance.invoices.of_tenant(FERN)
    issued = finance.invoices.get(FERN, SEPTEMBER)
    assert issued.content["number"] == mine.number == "HD-000001"
    assert Money.of(issued.content["total"]["amount"]) == mine.bill.total
    assert f"{FERN}.pdf" in issued.pdf_url
    assert "HD-000001.json" in issued.json_url


def test_who_used_nothing_has_no_invoice(finance):
    finance.close_by_export(SEPTEMBER)

    assert finance.invoices.of_tenant(OAK) == []
    with pytest.raises(NotFound):
        finance.invoices.get(OAK, SEPTEMBER)


# Reconciling


def test_a_reconciliation_is_done_once_and_kept(finance):
    finance.close_by_export(SEPTEMBER)
    run = finance.asking.request(SEPTEMBER)
    assert list(finance.queue.jobs) == [BillingJob(job="reconcile", id=run.id)]

    done = finance.worker().reconciling.run(run.id, FOR_EVER)

    assert (done.status, done.differences, done.found.closed) == ("ready", 0, True)
    assert set(done.found.sums) == {"ledger", "fold", "csv", "parquet", "focus", "invoices"}
    assert finance.asking.get(run.id) == done
    told = len(finance.reconciled)
    assert finance.worker().reconciling.run(run.id, FOR_EVER) == done
    assert len(finance.reconciled) == told


def test_a_reconciliation_that_has_no_time_asks_for_more(finance):
    run = finance.asking.request(SEPTEMBER)
    runs = 0
    while finance.queue.jobs:
        job = finance.queue.jobs.popleft()
        assert job == BillingJob(job="reconcile", id=run.id)
        done = finance.worker().reconciling.run(run.id, finance.now)
        runs += 1

    assert runs > 1
    assert (done.status, done.found.adds_up) == ("ready", True)


def test_a_closed_month_that_differs_is_announced(finance):
    finance.close_by_export(SEPTEMBER)
    finance.archive.files["closed/csv/billing_period=2026-09/part-00000.csv.gz"] += b"!"

    done = finance.worker().reconciling.run(finance.asking.request(SEPTEMBER).id, FOR_EVER)

    assert done.differences == len(done.found.differences) > 0
    assert finance.bus.events[-1].type == "billing.period_differs"


def test_a_month_to_come_is_not_reconciled(finance):
    with pytest.raises(ValidationFailed):
        finance.asking.request(NOVEMBER)
    assert DECEMBER > NOVEMBER
