"""Events read in large numbers, a few of them in memory at a time."""

from collections.abc import Iterator, Sequence

from helpdesk.ids import EventId, TenantId
from helpdesk.ports import Books, Ledger
from helpdesk.usage import UsageEvent

_AT_ONCE = 100


def events_at(
    ledger: Ledger, tenant: TenantId, places: Sequence[tuple[str, EventId]]
) -> Iterator[UsageEvent]:
    """The events at these places, given by period and id. Places in order give events in order."""
    for first in range(0, len(places), _AT_ONCE):
        found = ledger.get_many(tenant, places[first : first + _AT_ONCE])
        yield from sorted(found, key=lambda event: event.id)


def posted_pages(
    ledger: Ledger,
    books: Books,
    tenant: TenantId,
    period: str,
    shard: int,
    *,
    after: EventId | None = None,
) -> Iterator[Sequence[UsageEvent]]:
    """A shard's events that were posted to the period in which they happened, a page at a time, in
    the order of their ids, from behind ``after`` on."""
    for page in ledger.pages(tenant, period, shard, after):
        # In this order: a posting to a later period takes the note away and names the event there
        # at once, so that whoever finds neither knows that it is posted here.
        unposted = {note.event for note in books.unposted(tenant, shard)}
        here = not_posted_later(books, tenant, period, page)
        yield [event for event in here if event.id not in unposted]


def not_posted_later(
    books: Books, tenant: TenantId, period: str, page: Sequence[UsageEvent]
) -> Sequence[UsageEvent]:
    """A page of a period's events, in the order of their ids, without those on a later bill."""
    late = books.late_out_of(tenant, period, page[0].id, page[-1].id)
    left = {each.event for each in late}
    return [event for event in page if event.id not in left]
