"""The platform of the closes, with everything that makes exports: queue, archive, bus, worker."""

from datetime import timedelta
from functools import cached_property

from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.audit import Audit
from helpdesk.billing.audit_runs import AuditRuns
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.closing import SETTLING_TIME
from helpdesk.billing.closing_exports import ClosingExports
from helpdesk.billing.export_jobs import ExportJobs
from helpdesk.billing.export_requests import ExportRequests
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.invoicing import Invoicing
from helpdesk.billing.issued_invoices import IssuedInvoices
from helpdesk.billing.kept_files import KeptFiles
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.periods import end_of
from helpdesk.billing.reconciling_periods import ReconciliationRequests, ReconcilingPeriods
from helpdesk.billing.statements_audit import StatementsAudit
from tests.fakes.archive import MemoryArchive
from tests.fakes.billing_queue import MemoryBillingQueue
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.exports import MemoryExports
from tests.fakes.part_files import PlainExportSums, PlainPartFiles
from tests.fakes.reconciliations import MemoryReconciliations
from tests.unit.billing.closing_world import FOR_EVER, Mortal, Platform, Reaper
from tests.unit.billing.invoice_examples import SELLER

_PORTS = (
    *("tenants", "ledger", "books", "charges", "periods", "archive", "exports", "queue"),
    *("bus", "reconciliations"),
)


class PlainRenderer:
    """Documents that say no more than whose they are."""

    def pdf(self, invoice):
        return f"{invoice.title} {invoice.number} {invoice.receiver.name}".encode()


class Finance(Platform):
    """A platform, and finance's wishes. ``now`` is what the clocks say."""

    def __init__(self, *tenants):
        super().__init__(*tenants)
        self.archive = MemoryArchive()
        self.exports = MemoryExports()
        self.queue = MemoryBillingQueue()
        self.bus = MemoryEventBus()
        self.reconciliations = MemoryReconciliations()
        self.sealed = []
        self.reconciled = []
        self.failed = []

    def clock(self):
        return self.now

    @cached_property
    def requests(self):
        return ExportRequests(
            self.exports,
            self.tenants,
            self.periods,
            self.closing(),
            self.queue,
            self.archive,
            self.clock,
        )

    @property
    def invoices(self):
        return IssuedInvoices(self.periods, self.archive)

    @property
    def asking(self):
        return ReconciliationRequests(self.reconciliations, self.queue, self.clock)

    def worker(self, reaper=None, clock=None):
        """A worker that may be killed at any call of a port."""
        return Worker(self, reaper or Reaper(), clock or self.clock)

    def over(self, period):
        """The period's end has come, and the time in which its books settle."""
        self.now = max(self.now, end_of(period) + SETTLING_TIME)

    def close_by_export(self, period):
        """A close as finance asks for it, done to its end."""
        self.over(period)
        export = self.requests.request(period, close=True)
        return self.work(export.id)

    def work(self, export):
        """Does what is queued, until nothing is."""
        while self.queue.jobs:
            job = self.queue.jobs.popleft()
            self.worker().jobs.run(job.id, FOR_EVER)
        return self.exports.get(export)


class Worker:
    """The use cases of the billing function, over mortal ports."""

    def __init__(self, finance, reaper, clock):
        ports = {name: Mortal(getattr(finance, name), reaper) for name in _PORTS}
        tenants, ledger, books = ports["tenants"], ports["ledger"], ports["books"]
        charges, periods, archive = ports["charges"], ports["periods"], ports["archive"]
        exports, queue, bus = ports["exports"], ports["queue"], ports["bus"]
        closing = finance.closing(reaper)
        lines = PeriodLines(tenants, ledger, books, charges, periods)
        exporting = Exporting(
            lines, PlainPartFiles(), archive, exports, periods, clock, rows_per_part=5
        )
        files = KeptFiles(archive)
        audit = Audit(
            tenants,
            BooksAudit(ledger, books, charges),
            StatementsAudit(tenants, books, charges, periods),
            ArchivedFiles(archive, PlainExportSums()),
            periods,
            exports,
            clock,
        )
        audits = AuditRuns(audit, archive, clock)
        closing_exports = ClosingExports(
            closing,
            exporting,
            Invoicing(tenants, periods, PlainRenderer(), files, SELLER),
            audits,
            files,
            exports,
            bus,
            clock,
            finance.sealed.append,
            finance.reconciled.append,
        )
        self.jobs = ExportJobs(
            exports, exporting, closing_exports, queue, clock, finance.failed.append
        )
        self.reconciling = ReconcilingPeriods(
            ports["reconciliations"], audits, queue, bus, clock, finance.reconciled.append
        )


class Ticking:
    """A clock of a worker's own that moves on a second whenever it is read."""

    def __init__(self, finance):
        self._finance = finance

    def __call__(self):
        self._finance.now += timedelta(seconds=1)
        return self._finance.now
