"""What was posted to a period, read from the ledger again."""

from collections.abc import Iterator
from dataclasses import dataclass

from helpdesk.ids import TenantId
from helpdesk.ports import Books, Ledger
from helpdesk.usage import SHARDS, UsageEvent

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class PostedEvents:
    """Reads the events of a tenant's period, and the late ones of earlier periods."""

    ledger: Ledger
    books: Books

    def read(self, tenant: TenantId, period: str) -> Iterator[UsageEvent]:
        """The events that make up the period's accounts."""
        for shard in range(SHARDS):
            yield from self._own(tenant, period, shard)
        late = self.books.late_into(tenant, period)
        for start in range(0, len(late), _AT_ONCE):
            places = {(each.happened_in, each.event) for each in late[start : start + _AT_ONCE]}
            yield from self.ledger.get_many(tenant, places)

    def _own(self, tenant: TenantId, period: str, shard: int) -> Iterator[UsageEvent]:
        for page in self.ledger.pages(tenant, period, shard):
            # In this order: an event that leaves the notes meanwhile is found among the late ones.
            elsewhere = {note.event for note in self.books.unposted(tenant, shard)}
            elsewhere |= {late.event for late in self.books.late_out_of(tenant, period)}
            yield from (event for event in page if event.id not in elsewhere)
