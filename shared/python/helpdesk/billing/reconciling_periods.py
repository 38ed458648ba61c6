"""Reconciliations as finance asks for them: written, queued, and done by the billing function.

It reads a whole month, files included: more than an API's answer may wait for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.billing.announcements import period_differs
from helpdesk.billing.audit_runs import AuditRuns
from helpdesk.billing.periods import start_of
from helpdesk.billing.reconciliation import Reconciliation, ReconciliationId, ReconciliationRun
from helpdesk.clock import Clock
from helpdesk.errors import FieldError, HelpdeskError, ValidationFailed
from helpdesk.events import BillingJob
from helpdesk.ids import new_id
from helpdesk.ports import BillingQueue, EventBus, Reconciliations

MOST_DIFFERENCES = 200
"""Differences that are kept of a reconciliation; the rest is counted."""


@dataclass(frozen=True, slots=True)
class ReconciliationRequests:
    """Asks for reconciliations, and reads what they found."""

    reconciliations: Reconciliations
    queue: BillingQueue
    now: Clock

    def request(self, period: str) -> ReconciliationRun:
        """A new one. Raises ValidationFailed for a period that has not begun, and Unavailable."""
        now = self.now()
        if now < start_of(period):
            at = FieldError("period", "This month has not begun.")
            raise ValidationFailed("Check: period.", errors=[at])
        run = ReconciliationRun(ReconciliationId(new_id("rec", now)), period, now, now)
        self.reconciliations.put(run)
        self.queue.send(BillingJob(job="reconcile", id=run.id))
        return run

    def get(self, reconciliation: ReconciliationId) -> ReconciliationRun:
        """One as it stands. Raises NotFound."""
        return self.reconciliations.get(reconciliation)


@dataclass(frozen=True, slots=True)
class ReconcilingPeriods:
    """Does the reconciliations that the queue names."""

    reconciliations: Reconciliations
    audits: AuditRuns
    queue: BillingQueue
    bus: EventBus
    now: Clock
    reconciled: Callable[[Reconciliation], None]

    def run(self, reconciliation: ReconciliationId, until: datetime) -> ReconciliationRun:
        """Compares whatever says something of the period's money, and asks for more time if there
        is more to read. Once it is done, again changes nothing.

        A closed period that does not add up is announced. Raises NotFound and Unavailable.
        """
        run = self.reconciliations.get(reconciliation)
        if run.status != "queued":
            return run
        try:
            found = self.audits.run(run.id, run.period, until)
        except HelpdeskError as error:
            if error.retryable:
                raise
            return self._put(replace(run, status="failed", failure=error.detail))
        if found is None:
            self.queue.send(BillingJob(job="reconcile", id=run.id))
            return run
        self.reconciled(found)
        if found.closed and not found.adds_up:
            self.bus.publish([period_differs(found)])
        kept = replace(found, differences=found.differences[:MOST_DIFFERENCES])
        count = len(found.differences)
        return self._put(replace(run, status="ready", found=kept, differences=count))

    def _put(self, run: ReconciliationRun) -> ReconciliationRun:
        after = replace(run, updated_at=self.now())
        self.reconciliations.put(after)
        return after
