"""What was used, and what is made of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from helpdesk.billing.charges import PeriodCharge
from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.exports import Export, ExportFormat, ExportId, PartFile
from helpdesk.billing.invoices import Invoice
from helpdesk.billing.postings import DayCounts, Late, Posting, ShardTotals, Unposted
from helpdesk.billing.reconciliation import ReconciliationId, ReconciliationRun
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.events import BillingJob
from helpdesk.ids import EventId, TenantId
from helpdesk.pages import Page
from helpdesk.plans import Plan
from helpdesk.usage import UsageEvent


class Ledger(Protocol):
    """The usage events, for ever: only ever added to."""

    def record(self, event: UsageEvent) -> UsageEvent:
        """Writes an event that belongs to no turn and no action, with the note that it is unposted.

        Returns the event that stands under its id from now on: this one, or an earlier one.
        """

    def correct(self, event: UsageEvent, number: int) -> UsageEvent:
        """As :meth:`record`, for the ``number``-th correction of the event that it ``corrects``.

        Raises Conflict when that number is taken by another one.
        """

    def corrections(self, tenant: TenantId, event: EventId) -> Sequence[UsageEvent]:
        """What was recorded by :meth:`correct` of an event, in the order of their numbers."""

    def pages(
        self, tenant: TenantId, period: str, shard: int, after: EventId | None = None
    ) -> Iterator[Sequence[UsageEvent]]:
        """The events whose facts happened in a period, in the order of their ids, a page at a time,
        from behind ``after`` on. Consistent: it holds what was written before the page is read."""

    def get_many(
        self, tenant: TenantId, places: Collection[tuple[str, EventId]]
    ) -> Sequence[UsageEvent]:
        """Those of the events that exist, by period and id, in any order."""


class Books(Protocol):
    """The accounts of all periods, and the notes of what is not in them yet. Consistent."""

    def unposted(self, tenant: TenantId, shard: int) -> Sequence[Unposted]:
        """The events of a shard that are in no account yet, in the order of their ids."""

    def post(self, posting: Posting) -> None:
        """Does a posting, all or nothing. Raises AlreadyPosted, and else PeriodClosed."""

    def totals(self, tenant: TenantId, period: str) -> Sequence[ShardTotals]:
        """The shards of a tenant's period that have any posting or are closed, in order."""

    def close(self, tenant: TenantId, period: str, shard: int) -> ShardTotals:
        """Closes a shard for ever and returns it as it stands. Safe to repeat."""

    def replace(self, totals: ShardTotals) -> None:
        """Writes a shard's accounts anew, counted from the ledger: the version moves on by one.

        Raises Conflict when its version is not the one that is given, and PeriodClosed.
        """

    def late_into(self, tenant: TenantId, period: str) -> Sequence[Late]:
        """Events of earlier periods that were posted to this one, in the order of their ids."""

    def late_out_of(
        self, tenant: TenantId, period: str, first: EventId, last: EventId
    ) -> Sequence[Late]:
        """Events of this period that were posted to a later one, in the order of their ids: those
        from ``first`` to ``last``, both included."""

    def days(self, tenant: TenantId, first: date, last: date) -> Mapping[date, DayCounts]:
        """The dashboard's counts of those of the days that have any. Lags behind what happened."""


class Plans(Protocol):
    """The plans that operators wrote, each in all its versions."""

    def add(self, plan: Plan) -> None:
        """Writes a version, which never changes. Raises Conflict when it is there already."""

    def newest(self, name: str) -> Plan | None:
        """The newest version of a plan, if any was written."""

    def newest_of_all(self) -> Sequence[Plan]:
        """The newest version of each plan, by name."""


class Charges(Protocol):
    """What closed months have beside usage; a part of the ledger, and only ever added to."""

    def add(self, charges: Sequence[PeriodCharge]) -> None:
        """Writes charges of one tenant's month; those that are there stay. Safe to repeat.

        Raises Conflict when one is there with other content.
        """

    def of_period(self, tenant: TenantId, period: str) -> Sequence[PeriodCharge]:
        """The charges of a tenant's closed month, in the order of their ids."""


class Periods(Protocol):
    """The closes of periods, and what each tenant owes for one."""

    def get(self, period: str) -> PeriodClose | None:
        """A period's close, begun or done; None for one that is open."""

    def last(self) -> PeriodClose | None:
        """The newest close, begun or done."""

    def all(self) -> Sequence[PeriodClose]:
        """All closes, begun or done, in the order of their periods."""

    def begin(self, close: PeriodClose) -> PeriodClose:
        """Begins a close and returns the one that stands: this one, or an earlier one."""

    def seal(self, close: PeriodClose) -> None:
        """Ends a close that was begun. Safe to repeat. Raises Conflict for another end."""

    def state(self, statement: Statement) -> None:
        """Writes a tenant's statement of a month; one that is there stays. Safe to repeat.

        Raises Conflict when it is there with other content, or its number is another's.
        """

    def last_number(self) -> int:
        """How many numbers the statements of all periods have so far."""

    def statement(self, tenant: TenantId, period: str) -> Statement:
        """A tenant's statement. Raises NotFound."""

    def statements(self, tenant: TenantId) -> Sequence[Statement]:
        """All of a tenant's statements, the newest first."""


class Exports(Protocol):
    """The export jobs."""

    def add(self, export: Export) -> None:
        """Writes a new one. Raises Conflict."""

    def get(self, export: ExportId) -> Export:
        """One export. Raises NotFound."""

    def save(self, export: Export, before: Export) -> None:
        """Replaces one that is still as it was ``before``. Raises Conflict."""

    def page(self, limit: int, cursor: str | None) -> Page[Export]:
        """The exports, newest first. Raises ValidationFailed for a foreign cursor."""


class Reconciliations(Protocol):
    """What was found when periods were reconciled."""

    def put(self, run: ReconciliationRun) -> None:
        """Writes one, or replaces it."""

    def get(self, reconciliation: ReconciliationId) -> ReconciliationRun:
        """One of them. Raises NotFound."""


class InvoiceRenderer(Protocol):
    """Invoices as people read them."""

    def pdf(self, invoice: Invoice) -> bytes:
        """An invoice as a PDF file: the same bytes whenever it is made again."""


class BillingQueue(Protocol):
    """Work on whole months."""

    def send(self, job: BillingJob) -> None:
        """Asks for a job to be done, or gone on with; twice is as good as once.

        Raises Unavailable.
        """


class Archive(Protocol):
    """Files that are kept for finance."""

    def put(self, key: str, content: Path, content_type: str, keep_until: datetime | None) -> None:
        """Stores a file; until ``keep_until`` nobody can change or delete it.

        Again with the same content it changes nothing. Raises Conflict when a kept file has other
        content, and Unavailable.
        """

    def fetched(self, key: str) -> AbstractContextManager[Path]:
        """A copy of a file on disk, for as long as the context lasts. Raises NotFound."""

    def link(self, key: str, filename: str, valid_for: timedelta) -> str:
        """A URL by which anybody can download a file for a while."""


class PartFiles(Protocol):
    """Writes export files on this machine's disk."""

    def write(self, rows: Iterable[ExportRow], folder: Path) -> Sequence[PartFile]:
        """Writes the rows into an empty folder, a file for each format, reading them once.

        The same rows give the same bytes.
        """

    def versions(self) -> Mapping[str, str]:
        """What the bytes depend on beside the rows: the writers and their versions."""


class ExportSums(Protocol):
    """Reads an export's files back, as whoever gets them would."""

    def sums(
        self, format: ExportFormat, files: Sequence[Path]
    ) -> Mapping[tuple[TenantId, str], int]:
        """The micros of all lines in files of one format, by tenant and currency."""
