"""Jobs by their names: each does its own work, goes on where it stopped, and may come again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.billing.billing_jobs import BillingJobs
from helpdesk.billing.checking import Checking, CheckReport
from helpdesk.billing.posting import PostingUsage
from helpdesk.events import BillingJob
from tests.unit.billing.closing_world import FERN, FOR_EVER, OAK, SEPTEMBER_20, a_tenant
from tests.unit.billing.export_jobs_world import Finance

SEPTEMBER, OCTOBER = "2026-09", "2026-10"
OCTOBER_1 = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)


class Storage:
    """Says which days were recorded, and stops once behind the first tenant if it is to."""

    def __init__(self):
        self.days = []
        self.stops_after = None

    def record(self, day, until, after=None):
        self.days.append((day.isoformat(), after))
        stopped, self.stops_after = self.stops_after, None
        return stopped


class Stopping:
    """Checks that run out of time behind the tenants that are given, by month."""

    def __init__(self, **stopped_after):
        self._stopped_after = stopped_after

    def check(self, period, whose):
        return CheckReport(period, stopped_after=self._stopped_after[f"in_{period[-2:]}"])


class World:
    """The jobs, over a platform that finance has."""

    def __init__(self):
        self.finance = Finance(a_tenant(FERN), a_tenant(OAK, "standard"))
        self.storage: Any = Storage()
        self.reports: list[CheckReport] = []

    def do(self, job, until=FOR_EVER, checking=None, **given):
        finance = self.finance
        checking = checking or Checking(
            finance.ledger,
            finance.books,
            finance.tenants,
            PostingUsage(finance.books),
            finance.clock,
            self.reports.append,
        )
        worker = finance.worker()
        jobs = BillingJobs(
            worker.jobs,
            finance.requests,
            worker.reconciling,
            checking,
            self.storage,
            finance.periods,
            finance.queue,
            finance.clock,
        )
        jobs.do(BillingJob(job=job, **given), until)

    def exports(self):
        return [(each.period, each.close) for each in self.finance.exports.page(9, None).items]


@pytest.fixture
def world():
    return World()


def test_a_draft_is_of_the_present_month(world):
    world.do("draft")

    assert world.exports() == [(SEPTEMBER, False)]


def test_the_month_before_is_closed(world):
    world.finance.now = OCTOBER_1

    world.do("close")

    assert world.exports() == [(SEPTEMBER, True)]


def test_a_month_that_finance_has_closed_is_left_alone(world):
    world.finance.close_by_export(SEPTEMBER)
    world.finance.now = OCTOBER_1

    world.do("close")

    assert world.exports() == [(SEPTEMBER, True)]


def test_months_that_were_missed_are_closed_one_after_the_other(world):
    world.finance.now = OCTOBER_1 + timedelta(days=45)

    for _ in range(4):
        world.do("close")
        if world.finance.queue.jobs:
            world.finance.work(world.finance.queue.jobs[0].id)
        world.finance.now += timedelta(days=1)

    assert world.exports() == [(OCTOBER, True), (SEPTEMBER, True)]


def test_a_close_that_failed_is_tried_again(world):
    world.finance.now = OCTOBER_1
    world.do("close")
    (export,) = world.finance.exports.page(9, None).items
    world.finance.closing().begin(SEPTEMBER, export.id)
    failed = replace(export, status="failed", failure="It does not add up.")
    world.finance.exports.save(failed, export)

    world.do("close")

    assert world.finance.exports.get(export.id).status == "queued"
    assert world.exports() == [(SEPTEMBER, True)]


def test_a_job_of_an_export_goes_on_with_it(world):
    export = world.finance.requests.request(SEPTEMBER)

    world.do("export", id=export.id)

    assert world.finance.exports.get(export.id).status == "ready"


def test_a_job_of_a_reconciliation_does_it(world):
    run = world.finance.asking.request(SEPTEMBER)

    world.do("reconcile", id=run.id)

    assert world.finance.asking.get(run.id).status == "ready"


@pytest.mark.parametrize("job", ["export", "reconcile"])
def test_a_job_that_names_nothing_is_an_error(world, job):
    with pytest.raises(ValueError, match=job):
        world.do(job)


def test_the_months_that_still_change_are_checked(world):
    world.finance.now = OCTOBER_1

    world.do("check")
    assert [report.period for report in world.reports] == [SEPTEMBER, OCTOBER]
    assert not world.finance.queue.jobs

    world.finance.close_by_export(SEPTEMBER)
    world.reports.clear()
    world.do("check")
    assert [report.period for report in world.reports] == [OCTOBER]


def test_a_check_that_has_no_time_goes_on_behind_the_last_tenant_of_both_months(world):
    world.finance.now = OCTOBER_1

    world.do("check", until=OCTOBER_1)

    assert list(world.finance.queue.jobs) == [BillingJob(job="check", after=FERN)]
    world.finance.queue.jobs.clear()
    world.reports.clear()
    world.do("check", after=FERN)
    assert [report.tenants for report in world.reports] == [1, 1]
    assert not world.finance.queue.jobs


@pytest.mark.parametrize(
    ("in_09", "in_10", "after"), [(OAK, FERN, FERN), (FERN, None, FERN), (None, OAK, OAK)]
)
def test_a_check_goes_on_behind_the_tenant_that_both_months_have_reached(
    world, in_09, in_10, after
):
    world.finance.now = OCTOBER_1

    world.do("check", checking=Stopping(in_09=in_09, in_10=in_10))

    assert list(world.finance.queue.jobs) == [BillingJob(job="check", after=after)]


def test_a_check_posts_what_was_forgotten_and_wakes_lost_exports(world):
    world.finance.use(FERN, "forgotten", SEPTEMBER_20)
    export = world.finance.requests.request(SEPTEMBER)
    world.finance.queue.jobs.clear()
    world.finance.now += timedelta(hours=2)

    world.do("check")

    assert sum(report.overdue for report in world.reports) == 1
    assert list(world.finance.queue.jobs) == [BillingJob(job="export", id=export.id)]


def test_storage_is_yesterdays_and_goes_on_where_it_stopped(world):
    world.storage.stops_after = FERN

    world.do("storage")
    assert list(world.finance.queue.jobs) == [BillingJob(job="storage", after=FERN)]
    world.finance.queue.jobs.clear()
    world.do("storage", after=FERN)

    assert world.storage.days == [("2026-09-19", None), ("2026-09-19", FERN)]
    assert not world.finance.queue.jobs
