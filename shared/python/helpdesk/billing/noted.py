"""Noted events: what is unposted is found by its notes, and posted, whoever was told of it."""

from collections.abc import Callable

from helpdesk.billing.event_reads import events_at
from helpdesk.billing.posting import Posted, PostingUsage
from helpdesk.billing.postings import Unposted
from helpdesk.billing.quiet_shards import ALL_SHARDS
from helpdesk.ids import TenantId
from helpdesk.ports import Ledger

_AT_ONCE = 1_000


def post_noted(
    ledger: Ledger, posting: PostingUsage, tenant: TenantId, wanted: Callable[[Unposted], bool]
) -> Posted:
    """Posts those of a tenant's unposted events whose notes are wanted. Raises Unavailable."""
    outcome = Posted()
    for shard in ALL_SHARDS:
        notes = posting.books.unposted(tenant, shard)
        places = [(note.period, note.event) for note in notes if wanted(note)]
        for first in range(0, len(places), _AT_ONCE):
            part = places[first : first + _AT_ONCE]
            outcome += posting.post(events_at(ledger, tenant, part))
    return outcome
