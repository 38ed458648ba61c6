"""Events read in large numbers, a few of them in memory at a time."""

from collections.abc import Iterator, Sequence

from helpdesk.ids import EventId, TenantId
from helpdesk.ports import Ledger
from helpdesk.usage import UsageEvent

_AT_ONCE = 100


def events_at(
    ledger: Ledger, tenant: TenantId, places: Sequence[tuple[str, EventId]]
) -> Iterator[UsageEvent]:
    """The events at these places, given by period and id. Places in order give events in order."""
    for first in range(0, len(places), _AT_ONCE):
        found = ledger.get_many(tenant, places[first : first + _AT_ONCE])
        yield from sorted(found, key=lambda event: event.id)
