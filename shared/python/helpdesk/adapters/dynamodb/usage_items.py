"""Usage events as items: each is written beside the note that it is in no account yet.

An event is one attribute, a JSON text: checks, audits and exports read all events of a month, and
nested attributes take botocore ten times as long (``python -m benchmarks.ledger_items``).
"""

from dataclasses import dataclass

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.billing_keys import unposted_key, usage_key
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.billing.postings import Unposted
from helpdesk.clock import from_rfc3339, period_of
from helpdesk.ids import EventId
from helpdesk.usage import UsageEvent

_EVENT = TypeAdapter(UsageEvent)


@dataclass(frozen=True, slots=True)
class UsageTables:
    """The tables that a usage event is written to."""

    ledger: str
    books: str


def event_writes(tables: UsageTables, event: UsageEvent) -> tuple[Write, Write]:
    """The writes of an event that is not there yet, and of its note."""
    period = period_of(event.occurred_at)
    key = usage_key(event.tenant, period, event.id)
    text = _EVENT.dump_json(event, exclude_defaults=True).decode()
    written = Write("Put", tables.ledger, key, ABSENT, fields={"event": text})
    fields = {"period": period, "occurred_at": event.occurred_at}
    note = Write("Put", tables.books, unposted_key(event.tenant, event.id), fields=fields)
    return written, note


def event_of(fields: Fields) -> UsageEvent:
    """The event that an item holds."""
    return _EVENT.validate_json(fields["event"])


def unposted_of(fields: Fields) -> Unposted:
    """The note that an item holds."""
    occurred_at = from_rfc3339(fields["occurred_at"])
    return Unposted(EventId(fields["sk"]), fields["period"], occurred_at)
