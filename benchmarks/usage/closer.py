"""A month is closed by processes that are killed in the middle, until one comes to its end."""

import random
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.usage.cloud import Cloud
from helpdesk.adapters.duckdb_export_files import DuckDBExportSums, DuckDBPartFiles
from helpdesk.adapters.invoice_pdf import PDFInvoiceRenderer
from helpdesk.billing.archived import ArchivedFiles
from helpdesk.billing.audit import Audit
from helpdesk.billing.books_audit import BooksAudit
from helpdesk.billing.closing import Closing
from helpdesk.billing.closing_exports import ClosingExports
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.exports import Export, ExportId
from helpdesk.billing.invoices import Party
from helpdesk.billing.invoicing import Invoicing
from helpdesk.billing.kept_files import KeptFiles
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.periods import end_of
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.billing.statements_audit import StatementsAudit
from helpdesk.events import DomainEvent, PlatformEvent
from helpdesk.ids import new_id

_LONGEST = timedelta(hours=10)
_SETTLED = timedelta(days=1)
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Closed:
    """How a month was closed. Seconds and memory are of all processes, killed ones too."""

    export: Export
    seconds: float
    kills: int
    peak_megabytes: float


class Silence:
    """A bus to which nobody listens."""

    def publish(self, events: Sequence[DomainEvent | PlatformEvent]) -> None:
        """Tells nobody."""


class After:
    """A clock that begins a day after a month's end."""

    def __init__(self, period: str) -> None:
        self._behind = end_of(period) + _SETTLED - datetime.now(UTC)

    def __call__(self) -> datetime:
        """The moment, in whole milliseconds."""
        now = datetime.now(UTC) + self._behind
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def close(cloud: Cloud, period: str, kill_after: list[float]) -> Closed:
    """Closes a month; a process is killed for each of these numbers of seconds, if it still runs.

    Raises RuntimeError when the close fails.
    """
    now = After(period)()
    export = Export(ExportId(new_id("exp", now)), period, now, now, close=True)
    cloud.exports.add(export)
    started, kills, peak = time.monotonic(), 0, 0.0
    for seconds in [*kill_after, None]:
        killed, megabytes = _one_process(cloud, period, export.id, seconds)
        peak = max(peak, megabytes)
        kills += killed
        if not killed:
            break
    ended = cloud.exports.get(export.id)
    if ended.status != "ready":
        raise RuntimeError(f"{period} is not closed: {ended.status} {ended.failure}")
    return Closed(ended, time.monotonic() - started, kills, peak)


def reconciled(cloud: Cloud, period: str) -> Reconciliation:
    """What ledger, books, files and invoices of a month say."""
    return _audit(cloud, After(period)).reconcile(period)


def _one_process(
    cloud: Cloud, period: str, export: ExportId, seconds: float | None
) -> tuple[bool, float]:
    """Whether it was killed, and its peak of memory in megabytes."""
    # Spawned: forked, it would be told apart from this process's own memory by nobody.
    process = get_context("spawn").Process(target=_work, args=(cloud, period, export))
    process.start()
    pid = process.pid or 0
    deadline = None if seconds is None else time.monotonic() + seconds
    peak = 0.0
    while process.is_alive():
        peak = max(peak, _peak_megabytes(pid))
        if deadline and time.monotonic() > deadline:
            process.kill()
            deadline = None
        process.join(_LOOK_SECONDS)
    return process.exitcode == -signal.SIGKILL, peak


def _peak_megabytes(pid: int) -> float:
    # Not what wait4 tells: that begins with the peak of the process it was spawned from.
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    peak = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(peak[1]) / 1024 if peak else 0.0


def _work(cloud: Cloud, period: str, export: ExportId) -> None:
    clock = After(period)
    closing = _closing(cloud, clock)
    standing = cloud.exports.get(export)
    while standing.status in ("queued", "running"):
        standing = closing.run(standing, clock() + _LONGEST)


def _closing(cloud: Cloud, clock: After) -> ClosingExports:
    tenants, ledger, books = cloud.tenants, cloud.ledger, cloud.books
    charges, periods, exports = cloud.charges, cloud.periods, cloud.exports
    files = KeptFiles(cloud.archive)
    lines = PeriodLines(tenants, ledger, books, charges, periods)
    seller = Party("Helpdesk AI", ("1 Main Street",), "US-1")

    def told(_: Any) -> None:
        """Nobody is told."""

    return ClosingExports(
        Closing(tenants, ledger, books, charges, periods, clock),
        Exporting(lines, DuckDBPartFiles(), cloud.archive, exports, periods, clock),
        Invoicing(tenants, periods, PDFInvoiceRenderer(), files, seller),
        _audit(cloud, clock),
        files,
        exports,
        Silence(),
        clock,
        told,
        told,
    )


def _audit(cloud: Cloud, clock: After) -> Audit:
    tenants, books, charges, periods = cloud.tenants, cloud.books, cloud.charges, cloud.periods
    return Audit(
        tenants,
        BooksAudit(cloud.ledger, books, charges),
        StatementsAudit(tenants, books, charges, periods),
        ArchivedFiles(cloud.archive, DuckDBExportSums()),
        periods,
        cloud.exports,
        clock,
    )


def kill_times(chance: random.Random, count: int, longest: float) -> list[float]:
    """When to kill processes, in seconds after they began."""
    return [chance.uniform(0.5, longest) for _ in range(count)]
