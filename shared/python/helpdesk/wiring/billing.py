"""Puts together what has to do with bills and whole months."""

from functools import cache

from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.audit import Audit
from helpdesk.billing.audit_runs import AuditRuns
from helpdesk.billing.billed_events import BilledEvents
from helpdesk.billing.billing_jobs import BillingJobs
from helpdesk.billing.bills import Bills
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.checking import Checking
from helpdesk.billing.closing import Closing
from helpdesk.billing.closing_exports import ClosingExports
from helpdesk.billing.day_counts import CountingDays
from helpdesk.billing.export_jobs import ExportJobs
from helpdesk.billing.export_requests import ExportRequests
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.ingesting_usage import IngestingUsage
from helpdesk.billing.invoices import Party
from helpdesk.billing.invoicing import Invoicing
from helpdesk.billing.issued_invoices import IssuedInvoices
from helpdesk.billing.kept_files import KeptFiles
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.reconciling_periods import ReconciliationRequests, ReconcilingPeriods
from helpdesk.billing.running import RunningAccounts
from helpdesk.billing.statements_audit import StatementsAudit
from helpdesk.billing.storage import StorageMetering
from helpdesk.billing_telemetry import export_failed, period_closed, period_reconciled
from helpdesk.clock import utc_now
from helpdesk.pricing import PRICE_BOOK
from helpdesk.tariffs import Tariffs
from helpdesk.tenant_tariffs import TenantTariffs
from helpdesk.usage_telemetry import usage_checked, usage_conflicted
from helpdesk.wiring.adapters import documents, event_bus, known_tenants, tenants
from helpdesk.wiring.billing_adapters import (
    archive,
    billing_queue,
    books,
    charges,
    export_sums,
    exports,
    invoice_renderer,
    ledger,
    part_files,
    periods,
    reconciliations,
)
from helpdesk.wiring.clients import settings


@cache
def tariffs() -> Tariffs:
    """What a unit costs a tenant."""
    return TenantTariffs(known_tenants(), PRICE_BOOK)


@cache
def bills() -> Bills:
    """What a tenant's month costs."""
    return Bills(RunningAccounts(ledger(), books()), periods(), tenants(), utc_now)


@cache
def billed_events() -> BilledEvents:
    """What is behind the lines of a bill."""
    return BilledEvents(ledger(), books())


@cache
def posting_usage() -> PostingUsage:
    """Usage events enter the accounts."""
    return PostingUsage(books())


@cache
def counting_days() -> CountingDays:
    """How much happened on each of the last days."""
    return CountingDays(books(), utc_now)


@cache
def ingesting_usage() -> IngestingUsage:
    """Usage that the product did not see, and corrections."""
    return IngestingUsage(ledger(), tenants(), tariffs(), utc_now, usage_conflicted)


@cache
def checking() -> Checking:
    """Compares accounts with the ledger, and counts them anew."""
    return Checking(ledger(), books(), tenants(), posting_usage(), utc_now, usage_checked)


@cache
def export_requests() -> ExportRequests:
    """Exports as finance asks for them."""
    return ExportRequests(
        exports(), tenants(), periods(), _closing(), billing_queue(), archive(), utc_now
    )


@cache
def issued_invoices() -> IssuedInvoices:
    """Invoices as they are read."""
    return IssuedInvoices(periods(), archive())


@cache
def reconciliation_requests() -> ReconciliationRequests:
    """Reconciliations as finance asks for them."""
    return ReconciliationRequests(reconciliations(), billing_queue(), utc_now)


@cache
def billing_jobs() -> BillingJobs:
    """All jobs on whole months."""
    return BillingJobs(
        ExportJobs(
            exports(), _exporting(), _closing_exports(), billing_queue(), utc_now, export_failed
        ),
        export_requests(),
        ReconcilingPeriods(
            reconciliations(),
            _audits(),
            billing_queue(),
            event_bus(),
            utc_now,
            period_reconciled,
        ),
        checking(),
        StorageMetering(tenants(), documents(), ledger(), tariffs(), utc_now),
        periods(),
        billing_queue(),
        utc_now,
    )


def _closing() -> Closing:
    return Closing(tenants(), ledger(), books(), charges(), periods(), utc_now)


def _exporting() -> Exporting:
    lines = PeriodLines(tenants(), ledger(), books(), charges(), periods())
    return Exporting(lines, part_files(), archive(), exports(), periods(), utc_now)


def _closing_exports() -> ClosingExports:
    told = settings()
    address = tuple(told.seller_address.splitlines())
    seller = Party(told.seller_name, address, told.seller_tax_id)
    files = KeptFiles(archive())
    return ClosingExports(
        _closing(),
        _exporting(),
        Invoicing(tenants(), periods(), invoice_renderer(), files, seller),
        _audits(),
        files,
        exports(),
        event_bus(),
        utc_now,
        period_closed,
        period_reconciled,
    )


def _audits() -> AuditRuns:
    audit = Audit(
        tenants(),
        BooksAudit(ledger(), books(), charges()),
        StatementsAudit(tenants(), books(), charges(), periods()),
        ArchivedFiles(archive(), export_sums()),
        periods(),
        exports(),
        utc_now,
    )
    return AuditRuns(audit, archive(), utc_now)
