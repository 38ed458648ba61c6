"""Usage events, and all that ledger and books hold of a tenant's."""

from datetime import UTC, datetime
from itertools import count

from helpdesk.billing.posting import PostingUsage
from helpdesk.ids import EventId, new_id
from helpdesk.money import Money
from helpdesk.usage import SHARDS, UsageEvent, UsageLine, shard_of

NOW = datetime(2026, 11, 30, 23, 59, 59, 999_000, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)


def a_line(quantity=7, cost=84, unit=12_000_000, currency="USD", meter="output_tokens", model="m"):
    return UsageLine(meter, quantity, Money(unit, currency), Money(cost, currency), model)


def an_event(tenant, now=NOW, lines=(), shard=None, **changes):
    """An event with two lines; in a shard, when one is named."""
    ids = (EventId(new_id("evt", now)) for _ in count())
    turn = UsageLine("turns", 1, Money(0), Money(0))
    fields = {
        "id": next(each for each in ids if shard in (None, shard_of(each))),
        "tenant": tenant,
        "type": "turn",
        "subject": "turn_1",
        "occurred_at": now,
        "plan": "standard@1",
        "price_version": "2026-11-25",
        "lines": tuple(lines) or (turn, a_line()),
    }
    return UsageEvent(**(fields | changes))


def events_in(ledger, tenant, period="2026-11"):
    """A tenant's events of a period, in the order of their ids."""
    pages = [page for shard in range(SHARDS) for page in ledger.pages(tenant, period, shard)]
    return sorted((event for page in pages for event in page), key=lambda event: event.id)


def unposted_in(books, tenant):
    """The ids of a tenant's events that are in no account, in order."""
    notes = [note for shard in range(SHARDS) for note in books.unposted(tenant, shard)]
    return sorted(note.event for note in notes)


def billed_in(ledger, books, tenant, period):
    """A tenant's events of a period, when exactly these are noted as unposted."""
    events = events_in(ledger, tenant, period)
    assert unposted_in(books, tenant) == [event.id for event in events]
    return events


def late_out_of(books, tenant, period):
    """All events of a tenant's period that were posted to a later one."""
    return books.late_out_of(tenant, period, EventId("evt_"), EventId("evt_~"))


def recorded(ledger, *events):
    for event in events:
        assert ledger.record(event) == event
    return list(events)


def posted(books, *events):
    return PostingUsage(books).post(events)
