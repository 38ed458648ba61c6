"""Correcting: how much of an event can still be taken back, and at what price."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.errors import FieldError, ValidationFailed
from helpdesk.money import Money, half_up
from helpdesk.usage import PRICED_PER, Meter, UsageEvent, UsageLine


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted: a meter, and for tokens whose."""

    meter: Meter
    model: str | None = None


def correction_lines(
    corrected: UsageEvent, earlier: Sequence[UsageEvent], asked: Mapping[Unit, int]
) -> Sequence[UsageLine]:
    """The lines of a correction that takes so much back, by quantities below zero.

    Each unit costs what it cost then; whoever takes all that is left gets all of its cost back.
    Raises ValidationFailed for more than is left after earlier corrections.
    """
    return [_line(_left(corrected, earlier, unit), quantity) for unit, quantity in asked.items()]


def _left(corrected: UsageEvent, earlier: Sequence[UsageEvent], unit: Unit) -> UsageLine:
    lines = [line for event in (corrected, *earlier) for line in _of(unit, event)]
    if not lines:
        raise _refused(f"The event has no {unit.meter} of this model.")
    price = lines[0].unit_price
    cost = sum((line.cost for line in lines), start=Money(0, price.currency))
    quantity = sum(line.quantity for line in lines)
    return UsageLine(unit.meter, quantity, price, cost, unit.model)


def _line(left: UsageLine, quantity: int) -> UsageLine:
    if not 0 < -quantity <= left.quantity:
        raise _refused(f"Take back 1 to {left.quantity} {left.meter}, as negative quantities.")
    price = half_up(-quantity * left.unit_price.micros, PRICED_PER[left.meter])
    taken = left.cost.micros if -quantity == left.quantity else min(price, left.cost.micros)
    cost = Money(-taken, left.cost.currency)
    return UsageLine(left.meter, quantity, left.unit_price, cost, left.model)


def _of(unit: Unit, event: UsageEvent) -> Iterator[UsageLine]:
    return (line for line in event.lines if Unit(line.meter, line.model) == unit)


def _refused(message: str) -> ValidationFailed:
    return ValidationFailed("Check: data.lines.", errors=[FieldError("data.lines", message)])
