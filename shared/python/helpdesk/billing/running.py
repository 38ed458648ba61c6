"""Running accounts: a month that is still open, exact at any moment."""

from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.billing.accounts import Accounts, add_up, merged
from helpdesk.billing.event_reads import events_at
from helpdesk.billing.periods import previous_period
from helpdesk.billing.postings import ShardTotals, Unposted
from helpdesk.billing.quiet_shards import read_while_quiet, totals_of
from helpdesk.errors import Unavailable
from helpdesk.ids import TenantId
from helpdesk.ports import Books, Ledger
from helpdesk.usage import SHARDS


@dataclass(frozen=True, slots=True)
class RunningAccounts:
    """Adds what is posted to what is not yet, whoever records and posts meanwhile."""

    ledger: Ledger
    books: Books

    def of(self, tenant: TenantId, period: str) -> Accounts:
        """The accounts of all that was written before the call, each event once.

        Raises Unavailable when postings leave no moment to read between them.
        """
        quiet = read_while_quiet(self.books, tenant, period, self._unposted)
        if len(quiet) < SHARDS:
            raise Unavailable("Usage is being added up just now. Try again.", retry_after_seconds=1)
        return merged(part for posted, rest in quiet.values() for part in (posted.accounts, rest))

    def _unposted(self, totals: ShardTotals) -> Accounts:
        """What will be posted to this shard; to a closed one, nothing any more."""
        if totals.closed:
            return {}
        places = [(note.period, note.event) for note in self._expected(totals)]
        return add_up(events_at(self.ledger, totals.tenant, places))

    def _expected(self, totals: ShardTotals) -> Iterator[Unposted]:
        notes = self.books.unposted(totals.tenant, totals.shard)
        yield from (note for note in notes if note.period == totals.period)
        late = [note for note in notes if note.period < totals.period]
        # What belongs to a closed month is posted to the first that is open.
        if late and self._is_closed(totals.tenant, previous_period(totals.period), totals.shard):
            yield from late

    def _is_closed(self, tenant: TenantId, period: str, shard: int) -> bool:
        return totals_of(self.books, tenant, period)[shard].closed
