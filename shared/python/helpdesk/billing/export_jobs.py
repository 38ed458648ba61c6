"""Jobs on exports: each run goes on from where the one before ended, until its time is over.

Who may go on is decided by the save of the export, not by the message: one that comes twice, or to
two workers at once, does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.billing.closing_exports import ClosingExports
from helpdesk.billing.export_saves import Overtaken, save
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.exports import Export, ExportId
from helpdesk.clock import Clock
from helpdesk.errors import HelpdeskError
from helpdesk.events import BillingJob
from helpdesk.ports import BillingQueue, Exports


@dataclass(frozen=True, slots=True)
class ExportJobs:
    """Works on exports that the queue names."""

    exports: Exports
    exporting: Exporting
    closing: ClosingExports
    queue: BillingQueue
    now: Clock
    failed: Callable[[Export], None]

    def run(self, export: ExportId, until: datetime) -> Export:
        """Goes on with an export, and asks for more time if there is more to do.

        What can't be done ends it as ``failed``, with a sentence. Raises NotFound for an unknown
        one, and Unavailable: then the message is to come again.
        """
        standing = self.exports.get(export)
        if standing.status in ("ready", "failed"):
            return standing
        try:
            left = self._work(standing, until)
        except Overtaken:
            return self.exports.get(export)
        except HelpdeskError as error:
            if error.retryable:
                raise
            return self._fail(export, error.detail)
        if left.status == "running":
            self.queue.send(BillingJob(job="export", id=export))
        return left

    def _work(self, export: Export, until: datetime) -> Export:
        worker = self.closing if export.close else self.exporting
        return worker.run(export, until)

    def _fail(self, export: ExportId, failure: str) -> Export:
        standing = self.exports.get(export)
        after = replace(standing, status="failed", failure=failure, updated_at=self.now())
        try:
            save(self.exports, after, standing)
        except Overtaken:
            return self.exports.get(export)
        self.failed(after)
        return after
