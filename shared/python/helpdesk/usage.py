"""Usage: one immutable event for each billable unit, with a deterministic id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money

Meter = Literal[
    "conversations", "turns", "input_tokens", "output_tokens", "embedding_tokens", "actions"
]


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of one meter an event adds, and what that costs."""

    meter: Meter
    quantity: int
    cost: Money


@dataclass(frozen=True, slots=True)
class UsageEvent:
    """A fact to be billed: written once, in the transaction of the fact itself, never changed.

    ``id`` follows from the fact (``evt_<turn id>``), so writing it again is recognised for ever.
    """

    id: EventId
    tenant: TenantId
    subject: str
    occurred_at: datetime
    price_version: str
    quantities: tuple[Quantity, ...]
    estimated: bool = False


def event_id(fact: str) -> EventId:
    """The one id of the usage event of a fact."""
    return EventId(f"evt_{fact.removeprefix('turn_')}")
