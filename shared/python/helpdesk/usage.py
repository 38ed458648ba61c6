"""Usage: one immutable event for each fact that is billed, with a deterministic id and its price.

An event has a line for each billable unit that its fact used up: a turn has one for itself, one for
its input tokens, and so on. One event is one write, in the transaction of its fact.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Literal, get_args

from helpdesk.clock import period_of
from helpdesk.ids import ConversationId, EventId, TenantId
from helpdesk.money import Money

Meter = Literal[
    "conversations",
    "resolutions",
    "turns",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "embedding_tokens",
    "actions",
    "storage_mb_days",
]
"""``input_tokens`` are those that the model read anew, ``cached_tokens`` those that it knew."""

METERS: tuple[Meter, ...] = get_args(Meter)

UNITS: dict[Meter, str] = {
    "conversations": "conversations",
    "resolutions": "resolutions",
    "turns": "turns",
    "input_tokens": "tokens",
    "cached_tokens": "tokens",
    "output_tokens": "tokens",
    "embedding_tokens": "tokens",
    "actions": "actions",
    "storage_mb_days": "megabyte-days",
}

PRICED_PER: dict[Meter, int] = {
    meter: 1_000_000 if unit == "tokens" else 1 for meter, unit in UNITS.items()
}
"""How many units a unit price is for: the price lists of models speak of a million tokens."""

UsageType = Literal[
    "turn", "resolution", "resolution_reopened", "embedding", "action", "storage", "correction"
]
"""The kind of fact that an event bills."""

SHARDS = 8
"""In how many partitions a tenant's events of a month lie. One takes 1,000 writes a second, a write
in a transaction counting twice: eight are good for 2,000 turns of one tenant a second."""


@dataclass(frozen=True, slots=True)
class UsageLine:
    """So much of one meter. ``unit_price`` is for ``PRICED_PER[meter]`` units.

    In a correction ``quantity`` and ``cost`` may be negative.
    """

    meter: Meter
    quantity: int
    unit_price: Money
    cost: Money
    model: str | None = None


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """A fact to be billed: written once, in the transaction of the fact itself, never changed.

    ``id`` and ``occurred_at`` follow from the fact, so writing it again is recognised for ever.
    ``plan`` (``standard@1``) and ``price_version`` are those by which its lines are priced.
    ``corrects`` names the event that a correction takes back, wholly or in part, ``corrects_in``
    that event's month, and ``reason`` says why.
    """

    id: EventId
    tenant: TenantId
    type: UsageType
    subject: str
    occurred_at: datetime
    plan: str
    price_version: str
    lines: tuple[UsageLine, ...]
    conversation: ConversationId | None = None
    estimated: bool = False
    corrects: EventId | None = None
    corrects_in: str | None = None
    reason: str | None = None

    @property
    def month(self) -> str:
        """The month whose plan counts it: that of its fact, or of what it corrects."""
        return self.corrects_in or period_of(self.occurred_at)

    @property
    def cost(self) -> Money:
        """What all of it costs. Raises ValueError for an event without lines."""
        first, *others = self.lines
        return sum((line.cost for line in others), start=first.cost)


@cache
def meter_title(meter: Meter, model: str | None = None) -> str:
    """How bills and exports name a meter: ``Input tokens of gpt-5-mini``."""
    words = meter.replace("_", " ").replace("mb days", UNITS["storage_mb_days"]).capitalize()
    return f"{words} of {model}" if model else words


def event_id(fact: str) -> EventId:
    """The one id of the usage event of a fact."""
    return EventId(f"evt_{fact.removeprefix('turn_')}")


def shard_of(event: EventId) -> int:
    """The partition of its tenant's month that an event lies in."""
    return zlib.crc32(event.encode()) % SHARDS
