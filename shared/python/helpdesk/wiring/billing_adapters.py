"""The adapter that serves each port of billing."""

from functools import cache

from helpdesk.ports import (
    Archive,
    BillingQueue,
    Books,
    Charges,
    Exports,
    ExportSums,
    InvoiceRenderer,
    Ledger,
    PartFiles,
    Periods,
    Plans,
    Reconciliations,
)
from helpdesk.wiring.clients import client, dynamodb, s3, settings


@cache
def ledger() -> Ledger:
    """The usage events."""
    from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger

    return DynamoDBLedger(dynamodb(), settings().ledger_table, settings().books_table)


@cache
def books() -> Books:
    """The accounts of all periods."""
    from helpdesk.adapters.dynamodb.books import DynamoDBBooks

    return DynamoDBBooks(dynamodb(), settings().books_table)


@cache
def plans() -> Plans:
    """The plans that operators wrote."""
    from helpdesk.adapters.dynamodb.plans import DynamoDBPlans

    return DynamoDBPlans(dynamodb(), settings().tenants_table)


@cache
def periods() -> Periods:
    """The closes of periods, and tenants' statements."""
    from helpdesk.adapters.dynamodb.periods import DynamoDBPeriods

    return DynamoDBPeriods(dynamodb(), settings().books_table)


@cache
def charges() -> Charges:
    """What closed months have beside usage."""
    from helpdesk.adapters.dynamodb.charges import DynamoDBCharges

    return DynamoDBCharges(dynamodb(), settings().ledger_table)


@cache
def exports() -> Exports:
    """The export jobs."""
    from helpdesk.adapters.dynamodb.exports import DynamoDBExports

    return DynamoDBExports(dynamodb(), settings().books_table)


@cache
def reconciliations() -> Reconciliations:
    """What was found when periods were reconciled."""
    from helpdesk.adapters.dynamodb.reconciliations import DynamoDBReconciliations

    return DynamoDBReconciliations(dynamodb(), settings().books_table)


@cache
def archive() -> Archive:
    """Files that are kept for finance."""
    from helpdesk.adapters.s3_archive import S3Archive

    return S3Archive(s3(), settings().archive_bucket, settings().archive_lock_mode)


@cache
def billing_queue() -> BillingQueue:
    """Work on whole months."""
    from helpdesk.adapters.sqs_billing_queue import SQSBillingQueue

    return SQSBillingQueue(client("sqs"), settings().billing_queue_url)


@cache
def part_files() -> PartFiles:
    """Writes export files."""
    from helpdesk.adapters.duckdb_export_files import DuckDBPartFiles

    return DuckDBPartFiles()


@cache
def export_sums() -> ExportSums:
    """Reads export files back."""
    from helpdesk.adapters.duckdb_export_files import DuckDBExportSums

    return DuckDBExportSums()


@cache
def invoice_renderer() -> InvoiceRenderer:
    """Sets invoices in type."""
    from helpdesk.adapters.invoice_pdf import PDFInvoiceRenderer

    return PDFInvoiceRenderer()
