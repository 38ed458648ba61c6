"""The adapter that serves each port of billing beside ledger, books and periods."""

from functools import cache

from helpdesk.ports import (
    Archive,
    BillingQueue,
    Charges,
    Exports,
    ExportSums,
    InvoiceRenderer,
    PartFiles,
    Reconciliations,
)
from helpdesk.wiring.clients import client, dynamodb, s3, settings


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
