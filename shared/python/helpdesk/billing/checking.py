"""Checking: the accounts are compared with the ledger, and counted anew from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.billing.accounts import Account, Accounts, Sum
from helpdesk.billing.billed import all_tenants
from helpdesk.billing.counting import Counted, Counting
from helpdesk.billing.noted import post_noted
from helpdesk.billing.posting import PostingUsage
from helpdesk.billing.postings import PeriodClosed, ShardTotals
from helpdesk.billing.quiet_shards import ALL_SHARDS, read_while_quiet, totals_of
from helpdesk.clock import Clock
from helpdesk.errors import Conflict
from helpdesk.ids import TenantId
from helpdesk.ports import Books, Ledger, Tenants

OVERDUE_AFTER = timedelta(minutes=5)
"""An event that is unposted for so long was lost on its way from the ledger's stream."""

_TRIES = 8


@dataclass(frozen=True, slots=True)
class Difference:
    """An account that holds something else than the ledger says."""

    tenant: TenantId
    period: str
    shard: int
    account: Account
    ledger: Sum
    books: Sum


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check saw. ``overdue`` events were posted by it; ``busy`` shards never rested long
    enough to be compared. ``stopped_after`` is the last tenant when time ran out."""

    period: str
    tenants: int = 0
    shards: int = 0
    events: int = 0
    overdue: int = 0
    busy: int = 0
    differences: tuple[Difference, ...] = ()
    stopped_after: TenantId | None = None

    @property
    def equal(self) -> bool:
        """Whether all was compared, and nothing differed."""
        return not (self.differences or self.busy or self.stopped_after)

    def __add__(self, other: "CheckReport") -> "CheckReport":
        return CheckReport(
            self.period,
            self.tenants + other.tenants,
            self.shards + other.shards,
            self.events + other.events,
            self.overdue + other.overdue,
            self.busy + other.busy,
            self.differences + other.differences,
            other.stopped_after,
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """Which tenants: one, or all of them behind ``after`` until time is up."""

    until: datetime
    tenant: TenantId | None = None
    after: TenantId | None = None


@dataclass(frozen=True, slots=True)
class Checking:
    """Finds what was forgotten or counted wrong, while others go on recording and posting."""

    ledger: Ledger
    books: Books
    tenants: Tenants
    posting: PostingUsage
    now: Clock
    told: Callable[[CheckReport], None]

    def check(self, period: str, whose: Whose) -> CheckReport:
        """Posts what is overdue, whatever its period, and compares the accounts of one period.

        Raises NotFound and Unavailable.
        """
        report = self._each(period, whose, self._check)
        self.told(report)
        return report

    def rebuild(self, period: str, whose: Whose) -> CheckReport:
        """Writes the accounts of an open period anew from the ledger; the report has what differed.

        Raises NotFound, Conflict for a closed period, and Unavailable.
        """
        return self._each(period, whose, self._rebuild)

    def _each(
        self, period: str, whose: Whose, work: Callable[[TenantId, str], CheckReport]
    ) -> CheckReport:
        report, last = CheckReport(period), None
        for tenant in self._tenants(whose):
            if last and self.now() >= whose.until:
                return replace(report, stopped_after=last)
            report += work(tenant, period)
            last = tenant
        return report

    def _tenants(self, whose: Whose) -> Iterator[TenantId]:
        if whose.tenant:
            yield self.tenants.get(whose.tenant).id
            return
        yield from (tenant.id for tenant in all_tenants(self.tenants, whose.after))

    def _check(self, tenant: TenantId, period: str) -> CheckReport:
        report = CheckReport(period, tenants=1, overdue=self._post_overdue(tenant))
        for shard in ALL_SHARDS:
            report += self._check_shard(tenant, period, shard)
        return report

    def _post_overdue(self, tenant: TenantId) -> int:
        before = self.now() - OVERDUE_AFTER
        overdue = post_noted(
            self.ledger, self.posting, tenant, lambda note: note.occurred_at < before
        )
        return overdue.posted

    def _check_shard(self, tenant: TenantId, period: str, shard: int) -> CheckReport:
        def count(_: ShardTotals) -> Counted:
            return self._counting.count(tenant, period, shard)

        quiet = read_while_quiet(self.books, tenant, period, count, [shard])
        if shard not in quiet:
            return CheckReport(period, busy=1)
        return _compared(*quiet[shard])

    def _rebuild(self, tenant: TenantId, period: str) -> CheckReport:
        report = CheckReport(period, tenants=1)
        for shard in ALL_SHARDS:
            report += self._rebuild_shard(tenant, period, shard)
        return report

    def _rebuild_shard(self, tenant: TenantId, period: str, shard: int) -> CheckReport:
        for _ in range(_TRIES):
            totals = totals_of(self.books, tenant, period)[shard]
            counted = self._counting.count(tenant, period, shard)
            if not counted.events and not totals.version:
                return CheckReport(period, shards=1)
            try:
                self.books.replace(replace(totals, accounts=counted.accounts))
            except PeriodClosed:
                raise Conflict(f"{period} is closed: it can't change.") from None
            except Conflict:
                continue
            return _compared(totals, counted)
        return CheckReport(period, busy=1)

    @property
    def _counting(self) -> Counting:
        return Counting(self.ledger, self.books)


def _compared(totals: ShardTotals, counted: Counted) -> CheckReport:
    return CheckReport(
        totals.period,
        shards=1,
        events=counted.events,
        differences=tuple(_differences(totals, counted.accounts)),
    )


def _differences(totals: ShardTotals, counted: Accounts) -> Iterator[Difference]:
    for account in sorted({*totals.accounts, *counted}):
        ledger, books = counted.get(account, Sum()), totals.accounts.get(account, Sum())
        if ledger != books:
            yield Difference(totals.tenant, totals.period, totals.shard, account, ledger, books)
