"""Exports as the API takes and shows them."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from helpdesk.billing.exports import Export, ExportFile, ExportFormat, ExportStatus
from helpdesk.billing.periods import PERIOD
from helpdesk.edge.answers import Answer, Moment, MoneyOut
from helpdesk.edge.requests import Request
from helpdesk.edge.whose import TENANT_ID
from helpdesk.money import Money

Link = Callable[[str], str]
"""Turns a file's key into a URL."""


class ExportIn(Request):
    """Which month is exported, and whether it is closed by that."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-11"}]})
    period: Annotated[str, Field(pattern=PERIOD, description="A UTC month.")]
    close: Annotated[
        bool, Field(description="Close the month, for ever: possible once, when it is over.")
    ] = False
    tenant: Annotated[
        str | None,
        Field(pattern=TENANT_ID, description="Only this tenant's; all if not given."),
    ] = None


class ExportFileOut(Answer):
    """A file. The link is good for an hour; then read the export again."""

    format: ExportFormat
    url: str
    rows: int
    sha256: str
    bytes: int

    @classmethod
    def of(cls, file: ExportFile, link: Link) -> "ExportFileOut":
        """A file at the border."""
        return cls(
            format=file.format,
            url=link(file.key),
            rows=file.rows,
            sha256=file.sha256,
            bytes=file.bytes,
        )


class ExportErrorOut(Answer):
    """Why an export failed."""

    message: str


class ExportOut(Answer):
    """An export as it stands, without its files. ``total`` is there when all is in one currency."""

    id: Annotated[str, Field(examples=["exp_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    status: ExportStatus
    period: str
    tenant: str | None
    close: bool
    closed: Annotated[bool, Field(description="Whether the month is closed: then it can't change.")]
    rows: int
    total: MoneyOut | None
    totals: Sequence[MoneyOut]
    error: ExportErrorOut | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, export: Export) -> "ExportOut":
        """An export at the border."""
        return cls(**_fields_of(export))


class ExportWithFilesOut(ExportOut):
    """An export as it stands, with links to its files."""

    files: Sequence[ExportFileOut]
    manifest_url: str | None

    @classmethod
    def with_links(cls, export: Export, link: Link) -> "ExportWithFilesOut":
        """An export at the border, with links."""
        return cls(
            **_fields_of(export),
            files=[ExportFileOut.of(each, link) for each in export.files],
            manifest_url=link(export.manifest_key) if export.manifest_key else None,
        )


def _fields_of(export: Export) -> dict[str, Any]:
    totals = [MoneyOut.of(each) for each in export.totals]
    sealed = export.status == "ready" or not export.close
    return {
        "id": export.id,
        "status": export.status,
        "period": export.period,
        "tenant": export.tenant,
        "close": export.close,
        "closed": export.closed and sealed,
        "rows": export.rows,
        "total": _total(totals),
        "totals": totals,
        "error": ExportErrorOut(message=export.failure) if export.failure else None,
        "created_at": export.created_at,
        "updated_at": export.updated_at,
    }


def _total(totals: Sequence[MoneyOut]) -> MoneyOut | None:
    if len(totals) > 1:
        return None
    return totals[0] if totals else MoneyOut.of(Money(0))
