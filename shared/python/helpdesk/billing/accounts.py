"""Accounts: a tenant's usage of a month, added up by what it is and what a unit costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from helpdesk.money import Money
from helpdesk.usage import Meter, UsageEvent, UsageLine


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """What lines have in common that are added up. ``period`` is the month whose plan counts it: an
    earlier one than the bill's for what came late, or corrects what was then."""

    period: str
    plan: str
    meter: Meter
    model: str
    unit_micros: int
    currency: str

    @property
    def unit_price(self) -> Money:
        """The list price of ``PRICED_PER[meter]`` units."""
        return Money(self.unit_micros, self.currency)


@dataclass(frozen=True, slots=True)
class Sum:
    """So much in an account: units, micros of its currency, and how many lines they are from."""

    quantity: int = 0
    micros: int = 0
    lines: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(
            self.quantity + other.quantity, self.micros + other.micros, self.lines + other.lines
        )


Accounts = Mapping[Account, Sum]


def account_of(event: UsageEvent, line: UsageLine) -> Account:
    """The account that a line of an event belongs to."""
    return Account(
        period=event.month,
        plan=event.plan,
        meter=line.meter,
        model=line.model or "",
        unit_micros=line.unit_price.micros,
        currency=line.unit_price.currency,
    )


def add_up(events: Iterable[UsageEvent]) -> Accounts:
    """The accounts of these events."""
    totals: dict[Account, Sum] = {}
    for event in events:
        for line in event.lines:
            account = account_of(event, line)
            sum_ = Sum(line.quantity, line.cost.micros, 1)
            totals[account] = totals.get(account, Sum()) + sum_
    return totals


def merged(parts: Iterable[Accounts]) -> Accounts:
    """Accounts of several parts, added up."""
    totals: dict[Account, Sum] = {}
    for part in parts:
        for account, sum_ in part.items():
            totals[account] = totals.get(account, Sum()) + sum_
    return totals
