"""Where everything lies in the archive. What is closed lies apart from what may be made again.

closed/<format>/billing_period=<period>/part-00000.<ext>    drafts/<export>/<format>/…
closed/summaries/billing_period=<period>/part-00000.json    drafts/<export>/summaries/…
closed/manifests/<period>.json                              drafts/<export>/manifests/<period>.json
"""

from helpdesk.billing.exports import Export, ExportFormat

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
