"""Billed events: what is behind the lines of a bill, read page by page in constant memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge

from helpdesk.billing.event_reads import events_at, not_posted_later
from helpdesk.ids import ConversationId, EventId, TenantId
from helpdesk.pages import Page, from_cursor, to_cursor
from helpdesk.ports import Books, Ledger
from helpdesk.usage import SHARDS, Meter, UsageEvent

_EVENT_ID = re.compile(r"evt_[!-~]{1,200}")
_MOST_READ = 2_000
"""How many events one page is looked for in, where few are wanted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events: those with a line of this meter and model, about this conversation, that
    happened in this month, or correct what did. None is any."""

    meter: Meter | None = None
    model: str | None = None
    conversation: ConversationId | None = None
    happened_in: str | None = None

    def holds(self, event: UsageEvent) -> bool:
        """Whether an event is one of them."""
        return (
            self.conversation in (None, event.conversation)
            and self.happened_in in (None, event.month)
            and any(
                self.meter in (None, line.meter) and self.model in (None, line.model)
                for line in event.lines
            )
        )


@dataclass(frozen=True, slots=True)
class BilledEvents:
    """Lists the events of a tenant's bill in the order of their ids."""

    ledger: Ledger
    books: Books

    def page(
        self, tenant: TenantId, period: str, wanted: Wanted, limit: int, cursor: str | None
    ) -> Page[UsageEvent]:
        """Events on the bill of a month: those of the month, without what was posted to a later
        one, and those of earlier months that were posted to this.

        Where few are wanted a page may be short, with a cursor to go on. Raises ValidationFailed
        for a cursor that is none.
        """
        after = EventId(from_cursor(cursor, _EVENT_ID)) if cursor else None
        found: list[UsageEvent] = []
        last = ""
        for read, event in enumerate(self._events(tenant, period, after)):
            if len(found) == limit or read == _MOST_READ:
                return Page(found, to_cursor(last))
            last = event.id
            if wanted.holds(event):
                found.append(event)
        return Page(found)

    def _events(self, tenant: TenantId, period: str, after: EventId | None) -> Iterator[UsageEvent]:
        shards = [self._shard(tenant, period, shard, after) for shard in range(SHARDS)]
        return merge(*shards, self._late(tenant, period, after), key=lambda event: event.id)

    def _shard(
        self, tenant: TenantId, period: str, shard: int, after: EventId | None
    ) -> Iterator[UsageEvent]:
        for page in self.ledger.pages(tenant, period, shard, after):
            yield from not_posted_later(self.books, tenant, period, page)

    def _late(self, tenant: TenantId, period: str, after: EventId | None) -> Iterator[UsageEvent]:
        late = [
            (each.happened_in, each.event)
            for each in self.books.late_into(tenant, period)
            if after is None or each.event > after
        ]
        return events_at(self.ledger, tenant, late)
