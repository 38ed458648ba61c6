"""Billing periods: UTC months, by names like ``2026-11``."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from helpdesk.money import half_up
from helpdesk.plans import Plan, PlanTerm

PERIOD = r"^20\d{2}-(0[1-9]|1[0-2])$"
"""What a period's name looks like."""


def is_period(text: str) -> bool:
    """Whether a text names a period."""
    return re.fullmatch(PERIOD, text) is not None


def start_of(period: str) -> datetime:
    """The first moment of a period."""
    year, month = map(int, period.split("-"))
    return datetime(year, month, 1, tzinfo=UTC)


def end_of(period: str) -> datetime:
    """The first moment after a period."""
    return start_of(next_period(period))


def next_period(period: str) -> str:
    """The period after this one."""
    year, month = map(int, period.split("-"))
    return f"{year + month // 12}-{month % 12 + 1:02}"


def previous_period(period: str) -> str:
    """The period before this one."""
    year, month = map(int, period.split("-"))
    return f"{year - (month == 1)}-{(month - 2) % 12 + 1:02}"


def periods_between(first: str, last: str) -> Iterator[str]:
    """The periods from the first to the last, both included."""
    while first <= last:
        yield first
        first = next_period(first)


@dataclass(frozen=True, slots=True)
class Share:
    """A plan's share of a period: it was in force for ``part`` of the period's ``whole`` seconds.

    Proration is by the second, as at Stripe (https://docs.stripe.com/billing/subscriptions/prorations).
    """

    plan: Plan
    part: int
    whole: int

    def down(self, amount: int) -> int:
        """The share of an amount, rounded down: for units that are included."""
        return amount * self.part // self.whole

    def half_up(self, amount: int) -> int:
        """The share of an amount, rounded half up: for fees."""
        return half_up(amount * self.part, self.whole)


def shares(terms: Sequence[PlanTerm], period: str) -> Sequence[Share]:
    """Each plan's share of a period, in the order in which they came; a plan that came twice has
    one. Before its first term a tenant had none."""
    start, end = start_of(period), end_of(period)
    whole = _seconds(start, end)
    seconds: dict[Plan, int] = {}
    ends = [term.since for term in terms[1:]] + [end]
    for term, until in zip(terms, ends, strict=True):
        part = _seconds(max(start, term.since), min(end, until))
        if part > 0:
            seconds[term.plan] = seconds.get(term.plan, 0) + part
    return [Share(plan, part, whole) for plan, part in seconds.items()]


def _seconds(start: datetime, end: datetime) -> int:
    return int(end.timestamp()) - int(start.timestamp())
