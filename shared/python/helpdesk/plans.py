"""Plans as data: what a month costs, what it includes, and what each unit costs beyond that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.money import Money
from helpdesk.usage import Meter

PLAN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")

CURRENCIES = ("USD", "EUR", "GBP")
"""Currencies of bills; each has a hundred cents."""

PARTS_PER_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of a unit, in micros, up to so many billable units of a month; None: of all."""

    up_to: int | None
    unit_micros: int


@dataclass(frozen=True, slots=True)
class MeterTerms:
    """What a plan says of one meter. Tiers are graduated: each prices its own units alone, and
    they count what is beyond ``included``."""

    meter: Meter
    tiers: tuple[Tier, ...]
    included: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of a plan, which never changes: a change is a new version.

    ``allowance_micros`` is how much of what models cost a month includes. Models are priced in USD
    by the price book; ``usd_rate_ppm`` turns that into the plan's currency, in millionths.
    """

    name: str
    version: int
    title: str
    currency: str = "USD"
    base_fee_micros: int = 0
    allowance_micros: int = 0
    meters: tuple[MeterTerms, ...] = ()
    usd_rate_ppm: int = PARTS_PER_MILLION

    @property
    def ref(self) -> str:
        """How events name it: ``standard@1``."""
        return f"{self.name}@{self.version}"

    def money(self, micros: int) -> Money:
        """An amount in its currency."""
        return Money(micros, self.currency)

    def terms_of(self, meter: Meter) -> MeterTerms:
        """What it says of a meter; nothing said is free."""
        said = (terms for terms in self.meters if terms.meter == meter)
        return next(said, MeterTerms(meter, (Tier(None, 0),)))


@dataclass(frozen=True, slots=True)
class PlanTerm:
    """From ``since`` on a tenant has this plan, until the next term begins."""

    plan: Plan
    since: datetime


def plan_at(terms: Sequence[PlanTerm], moment: datetime) -> Plan:
    """The plan of that moment; before the first term began, the first. Terms are in order."""
    begun = [term.plan for term in terms if term.since <= moment]
    return begun[-1] if begun else terms[0].plan
