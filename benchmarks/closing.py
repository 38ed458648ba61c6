"""The product's close, for stores of whatever kind."""

from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from helpdesk.adapters.duckdb_export_files import DuckDBExportSums, DuckDBPartFiles
from helpdesk.adapters.invoice_pdf import PDFInvoiceRenderer
from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.audit import Audit
from helpdesk.billing.audit_runs import AuditRuns
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.closing import Closing
from helpdesk.billing.closing_exports import ClosingExports
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.invoices import Party
from helpdesk.billing.invoicing import Invoicing
from helpdesk.billing.kept_files import KeptFiles
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.periods import end_of
from helpdesk.billing.statements_audit import StatementsAudit
from helpdesk.ports import Archive, Books, Charges, Exports, Ledger, Periods, Tenants
from tests.fakes.event_bus import MemoryEventBus

_SETTLED = timedelta(days=1)


class Stores(Protocol):
    """What a close reads and writes."""

    @property
    def tenants(self) -> Tenants:
        """The companies."""

    @property
    def ledger(self) -> Ledger:
        """The usage events."""

    @property
    def books(self) -> Books:
        """The accounts."""

    @property
    def charges(self) -> Charges:
        """What closed months have beside usage."""

    @property
    def periods(self) -> Periods:
        """The closes."""

    @property
    def exports(self) -> Exports:
        """The export jobs."""

    @property
    def archive(self) -> Archive:
        """The files."""


class After:
    """A clock that begins a day after a month's end."""

    def __init__(self, period: str) -> None:
        self._behind = end_of(period) + _SETTLED - datetime.now(UTC)

    def __call__(self) -> datetime:
        """The moment, in whole milliseconds."""
        now = datetime.now(UTC) + self._behind
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def closing_exports(stores: Stores, clock: After) -> ClosingExports:
    """What closes a period of these stores. Its events go to nobody."""
    tenants, ledger, books = stores.tenants, stores.ledger, stores.books
    charges, periods, exports = stores.charges, stores.periods, stores.exports
    files = KeptFiles(stores.archive)
    lines = PeriodLines(tenants, ledger, books, charges, periods)
    seller = Party("Helpdesk AI", ("1 Main Street",), "US-1")

    def told(_: Any) -> None:
        """Nobody is told."""

    return ClosingExports(
        Closing(tenants, ledger, books, charges, periods, clock),
        Exporting(lines, DuckDBPartFiles(), stores.archive, exports, periods, clock),
        Invoicing(tenants, periods, PDFInvoiceRenderer(), files, seller),
        AuditRuns(audit(stores, clock), stores.archive, clock),
        files,
        exports,
        MemoryEventBus(),
        clock,
        told,
        told,
    )


def audit(stores: Stores, clock: After) -> Audit:
    """What reads all of a period back."""
    tenants, books, charges, periods = stores.tenants, stores.books, stores.charges, stores.periods
    return Audit(
        tenants,
        BooksAudit(stores.ledger, books, charges),
        StatementsAudit(tenants, books, charges, periods),
        ArchivedFiles(stores.archive, DuckDBExportSums()),
        periods,
        stores.exports,
        clock,
    )
