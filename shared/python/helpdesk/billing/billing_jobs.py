"""All jobs on whole months, by the names that schedules and messages give them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.billing.checking import Checking, Whose
from helpdesk.billing.export_jobs import ExportJobs
from helpdesk.billing.export_requests import ExportRequests
from helpdesk.billing.exports import ExportId
from helpdesk.billing.periods import previous_period
from helpdesk.billing.reconciliation import ReconciliationId
from helpdesk.billing.reconciling_periods import ReconcilingPeriods
from helpdesk.billing.storage import StorageMetering
from helpdesk.clock import Clock, period_of
from helpdesk.errors import Conflict
from helpdesk.events import BillingJob
from helpdesk.ids import TenantId
from helpdesk.ports import BillingQueue, Periods


@dataclass(frozen=True, slots=True)
class BillingJobs:
    """Does one job at a time, and asks for more time where there is more to do. Each may come again
    at any time."""

    exports: ExportJobs
    requests: ExportRequests
    reconciling: ReconcilingPeriods
    checking: Checking
    storage: StorageMetering
    periods: Periods
    queue: BillingQueue
    now: Clock

    def do(self, job: BillingJob, until: datetime) -> None:
        """Does a job, as much of it as can be done ``until`` then.

        Raises NotFound, Conflict for a month that can't be closed yet, and Unavailable.
        """
        match job.job:
            case "export":
                self.exports.run(ExportId(_named(job)), until)
            case "reconcile":
                self.reconciling.run(ReconciliationId(_named(job)), until)
            case "check":
                self._check(job.after, until)
            case "draft":
                self.requests.request(period_of(self.now()))
            case "close":
                self._close()
            case "storage":
                self._store(job.after, until)

    def _check(self, after: TenantId | None, until: datetime) -> None:
        """Checks the months that still change, and looks for exports whose message was lost."""
        if after is None:
            self.requests.wake()
        reports = [
            self.checking.check(period, Whose(until_, after=after))
            for period, until_ in self._still_open(until)
        ]
        if stopped := [each.stopped_after for each in reports if each.stopped_after]:
            self.queue.send(BillingJob(job="check", after=min(stopped)))

    def _still_open(self, until: datetime) -> Iterator[tuple[str, datetime]]:
        """The present month and the one before, unless it is closed, each with its time."""
        now = self.now()
        present = period_of(now)
        before = previous_period(present)
        if self.periods.get(before):
            yield present, until
        else:
            yield before, now + (until - now) / 2
            yield present, until

    def _close(self) -> None:
        """Closes the oldest month that is over, unless finance does so already. One whose close has
        failed is tried again."""
        last_month = previous_period(period_of(self.now()))
        due = self.requests.closing.due(last_month)
        if due > last_month:
            return
        try:
            self.requests.request(due, close=True)
        except Conflict:
            if not self.periods.get(due):
                raise

    def _store(self, after: TenantId | None, until: datetime) -> None:
        """Records what was stored yesterday."""
        yesterday = (self.now() - timedelta(days=1)).date()
        if left := self.storage.record(yesterday, until, after):
            self.queue.send(BillingJob(job="storage", after=left))


def _named(job: BillingJob) -> str:
    if job.id is None:
        raise ValueError(f"a job {job.job!r} names nothing")
    return job.id
