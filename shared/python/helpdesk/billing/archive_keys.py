"""Where everything lies in the archive. What is closed lies apart from what may be made again.

closed/<format>/billing_period=<period>/part-00000.<ext>    drafts/<export>/<format>/…
closed/summaries/billing_period=<period>/part-00000.json    drafts/<export>/summaries/…
closed/manifests/<period>.json                              drafts/<export>/manifests/<period>.json
closed/chain/<period>.json                                  its place in the chain of periods
closed/invoices/<period>/<tenant>.pdf, <tenant>.json        an invoice for people, and for programs
closed/invoices/<period>/register.json                      which invoices there are
drafts/audits/<name>.json                                   how far an audit has come
"""

from helpdesk.billing.exports import Export, ExportFormat
from helpdesk.ids import TenantId

_ENDINGS: dict[ExportFormat, str] = {"csv": "csv.gz", "parquet": "parquet", "focus": "parquet"}


def root_of(export: Export) -> str:
    """How the keys of an export begin."""
    return "closed/" if export.close else f"drafts/{export.id}/"


def file_path(export: Export, format: ExportFormat, part: int) -> str:
    """A file, from the export's root on: the same for each export of a period."""
    return f"{format}/billing_period={export.period}/part-{part:05}.{_ENDINGS[format]}"


def summary_key(export: Export, part: int) -> str:
    """What a part holds."""
    return f"{root_of(export)}summaries/billing_period={export.period}/part-{part:05}.json"


def manifest_key(export: Export) -> str:
    """An export's manifest."""
    return f"{root_of(export)}manifests/{export.period}.json"


def chain_key(period: str) -> str:
    """The record of a period's close."""
    return f"closed/chain/{period}.json"


def invoice_pdf_key(tenant: TenantId, period: str) -> str:
    """An invoice for people."""
    return f"closed/invoices/{period}/{tenant}.pdf"


def invoice_json_key(tenant: TenantId, period: str) -> str:
    """An invoice for programs."""
    return f"closed/invoices/{period}/{tenant}.json"


def register_key(period: str) -> str:
    """Which invoices a period has."""
    return f"closed/invoices/{period}/register.json"


def audit_key(name: str) -> str:
    """How far an audit has come."""
    return f"drafts/audits/{name}.json"
