"""What turns, actions and resolutions cost, and the usage events that bill them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.actions import Action
from helpdesk.conversations import Conversation, Turn, TurnUsage
from helpdesk.model import TokenUsage
from helpdesk.tariffs import Tariff, Tariffs
from helpdesk.usage import Meter, UsageEvent, event_id

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
    tariff: Tariff,
    *,
    opens_conversation: bool,
    estimated: bool = False,
) -> Charge:
    """Prices a turn, by the tariff of when it began. Its lines' costs are its cost."""
    cached = min(used.cached_tokens, used.input_tokens)
    tokens: Mapping[Meter, int] = {
        "input_tokens": used.input_tokens - cached,
        "cached_tokens": cached,
        "output_tokens": used.output_tokens,
    }
    lines = [tariff.line(meter, n, used.model) for meter, n in tokens.items() if n]
    units: Sequence[Meter] = ("conversations", "turns") if opens_conversation else ("turns",)
    lines += [tariff.line(meter, 1) for meter in units]
    event = UsageEvent(
        id=event_id(turn.id),
        tenant=turn.tenant,
        type="turn",
        subject=turn.id,
        occurred_at=turn.started_at,
        plan=tariff.plan.ref,
        price_version=tariff.prices.version,
        lines=tuple(lines),
        conversation=turn.conversation,
        estimated=estimated,
    )
    usage = TurnUsage(
        model=used.model,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cost=event.cost,
        price_version=tariff.prices.version,
        estimated=estimated,
    )
    return Charge(usage, event)


def charge_for_action(action: Action, tariffs: Tariffs) -> UsageEvent | None:
    """The usage event of an action that was done; None for one that only reads, and for a step,
    which its parent's bill covers. Raises NotFound and Unavailable."""
    if action.tool.effect == "read" or action.parent:
        return None
    tariff = tariffs.at(action.tenant, action.updated_at)
    return UsageEvent(
        id=event_id(action.id),
        tenant=action.tenant,
        type="action",
        subject=action.id,
        occurred_at=action.updated_at,
        plan=tariff.plan.ref,
        price_version=tariff.prices.version,
        lines=(tariff.line("actions", 1),),
        conversation=action.place.conversation if action.place else None,
    )


def charge_for_resolution(head: Conversation, tariff: Tariff, now: datetime) -> UsageEvent:
    """The usage event of a conversation's next resolution, which happens now."""
    fact = f"{head.id.removeprefix('conv_')}_resolution_{head.resolutions + 1}"
    return UsageEvent(
        id=event_id(fact),
        tenant=head.tenant,
        type="resolution",
        subject=head.id,
        occurred_at=now,
        plan=tariff.plan.ref,
        price_version=tariff.prices.version,
        lines=(tariff.line("resolutions", 1),),
        conversation=head.id,
    )
