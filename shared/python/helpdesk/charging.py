"""What a turn costs, and the usage event that bills it."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.actions import Action
from helpdesk.conversations import Turn, TurnUsage
from helpdesk.model import TokenUsage
from helpdesk.money import Money
from helpdesk.pricing import PriceBook
from helpdesk.usage import Quantity, UsageEvent, event_id

_CHARACTERS_PER_TOKEN = 4

NO_MODEL = TokenUsage(model="none", input_tokens=0, output_tokens=0)
"""The usage of a turn for which no model was called."""


@dataclass(frozen=True, slots=True)
class Charge:
    """A turn's usage as the customer sees it, and the event that bills it."""

    usage: TurnUsage
    event: UsageEvent


def estimated_tokens(characters: int) -> int:
    """How many tokens a text of this length holds, where the model did not say: a quarter of it,
    rounded up."""
    return -(-characters // _CHARACTERS_PER_TOKEN)


def charge(
    turn: Turn,
    used: TokenUsage,
    prices: PriceBook,
    now: datetime,
    *,
    opens_conversation: bool,
    estimated: bool = False,
) -> Charge:
    """Prices a turn. The quantities' costs add up to the turn's cost exactly."""
    price = prices.price_of(used.model)
    total = price.cost(used.input_tokens, used.output_tokens)
    input_cost = price.cost(used.input_tokens, 0)
    quantities: tuple[Quantity, ...] = (
        Quantity("turns", 1, Money(0)),
        Quantity("input_tokens", used.input_tokens, input_cost),
        # The remainder, so that rounding twice can't bill a micro more than the turn's cost.
        Quantity("output_tokens", used.output_tokens, Money(total.micros - input_cost.micros)),
    )
    if opens_conversation:
        quantities = (Quantity("conversations", 1, Money(0)), *quantities)
    event = UsageEvent(
        id=event_id(turn.id),
        tenant=turn.tenant,
        subject=turn.id,
        occurred_at=now,
        price_version=prices.version,
        quantities=quantities,
        estimated=estimated,
    )
    usage = TurnUsage(
        model=used.model,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cost=total,
        price_version=prices.version,
        estimated=estimated,
    )
    return Charge(usage, event)


def charge_for_action(action: Action, prices: PriceBook) -> UsageEvent | None:
    """The usage event of an action that was done; None for one that only reads, and for a step,
    which its parent's bill covers."""
    if action.tool.effect == "read" or action.parent:
        return None
    return UsageEvent(
        id=event_id(action.id),
        tenant=action.tenant,
        subject=action.id,
        occurred_at=action.updated_at,
        price_version=prices.version,
        quantities=(Quantity("actions", 1, Money(0)),),
    )
