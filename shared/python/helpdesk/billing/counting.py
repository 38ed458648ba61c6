"""Counting: what a shard's accounts have to hold, by the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count

from helpdesk.billing.accounts import Accounts, add_up
from helpdesk.billing.event_reads import events_at, posted_pages
from helpdesk.ids import TenantId
from helpdesk.ports import Books, Ledger
from helpdesk.usage import UsageEvent, shard_of


@dataclass(frozen=True, slots=True)
class Counted:
    """Accounts, and of how many events they are."""

    accounts: Accounts
    events: int


@dataclass(frozen=True, slots=True)
class Counting:
    """Adds a shard up anew: the events of its period, without those that are unposted or were
    posted to a later one, and with those of earlier ones that were posted to this."""

    ledger: Ledger
    books: Books

    def count(self, tenant: TenantId, period: str, shard: int) -> Counted:
        """What is posted to a shard, in constant memory. Exact if nothing is posted meanwhile."""
        events = count()
        posted = chain(self._own(tenant, period, shard), self._late(tenant, period, shard))
        accounts = add_up(event for event, _ in zip(posted, events, strict=False))
        return Counted(accounts, next(events))

    def _own(self, tenant: TenantId, period: str, shard: int) -> Iterator[UsageEvent]:
        for page in posted_pages(self.ledger, self.books, tenant, period, shard):
            yield from page

    def _late(self, tenant: TenantId, period: str, shard: int) -> Iterator[UsageEvent]:
        late = self.books.late_into(tenant, period)
        places = [(each.happened_in, each.event) for each in late]
        own = [place for place in places if shard_of(place[1]) == shard]
        return events_at(self.ledger, tenant, own)
