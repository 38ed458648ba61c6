"""Exports: a period's lines as files that finance can defend, and the job that makes them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, NewType, get_args

from helpdesk.ids import TenantId
from helpdesk.money import Money

ExportId = NewType("ExportId", str)
ExportFormat = Literal["csv", "parquet", "focus"]
ExportStatus = Literal["queued", "running", "ready", "failed"]

SCHEMA_VERSION = 1
"""The columns of ``billing/export_rows.py``. A new column is a new version."""

ROWS_PER_PART = 500_000
"""Lines in one file. A part that a killed worker did not finish is made again."""


FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)

FOCUS_VERSION = "1.2"
"""The version of the FinOps Foundation's specification that the format ``focus`` follows."""


KEPT_FOR = timedelta(days=3653)
"""For how long after its end a closed period can't be deleted: the ten years that the German
Commercial Code (section 257) wants."""


@dataclass(frozen=True, slots=True)
class PartFile:
    """One file of a part on this machine's disk. ``rows`` is without a header."""

    format: ExportFormat
    path: Path
    rows: int
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export in the archive. ``rows`` is without a header."""

    format: ExportFormat
    part: int
    key: str
    rows: int
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Position:
    """Up to where an export has read: a tenant, and the last line's place in it.

    ``stage`` is the shard, then ``late``, then ``charges``; ``after`` the last event or charge.
    """

    tenant: TenantId
    stage: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """One export as it stands. ``tenant`` is None for all tenants; ``close`` closes the period.

    ``totals`` are by currency. ``position`` is where the next run goes on; what each finished part
    holds, by tenant and meter, lies beside it in the archive until the manifest adds it up.
    """

    id: ExportId
    period: str
    created_at: datetime
    updated_at: datetime
    tenant: TenantId | None = None
    close: bool = False
    status: ExportStatus = "queued"
    closed: bool = False
    rows: int = 0
    totals: tuple[Money, ...] = ()
    files: tuple[ExportFile, ...] = ()
    position: Position | None = None
    manifest_key: str | None = None
    failure: str | None = None
