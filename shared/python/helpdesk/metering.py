"""The bill of a tenant's month: the exact sum of its usage events, in whole micro-units."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.ports import Ledger, Tenants
from helpdesk.usage import METERS, SHARDS, Meter, UsageEvent


@dataclass(frozen=True, slots=True)
class MeterTotal:
    """How much of one meter was used, and what that costs."""

    meter: Meter
    quantity: int
    cost: Money


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """A tenant's usage in a period (``2026-11``), every meter included."""

    period: str
    meters: tuple[MeterTotal, ...]
    total: Money
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Metering:
    """Answers what was used."""

    ledger: Ledger
    tenants: Tenants
    now: Clock

    def summary(self, tenant: TenantId, period: str) -> UsageSummary:
        """A tenant's usage, summed over its events as they stand. Raises NotFound."""
        self.tenants.get(tenant)
        as_of = self.now()
        pages = (page for n in range(SHARDS) for page in self.ledger.pages(tenant, period, n))
        meters = add_up(chain.from_iterable(pages))
        total = sum((each.cost for each in meters), start=Money(0))
        return UsageSummary(period=period, meters=meters, total=total, as_of=as_of)


def add_up(events: Iterable[UsageEvent]) -> tuple[MeterTotal, ...]:
    """The total of each meter, in a fixed order."""
    quantities = dict.fromkeys(METERS, 0)
    costs = dict.fromkeys(METERS, Money(0))
    for event in events:
        for each in event.lines:
            quantities[each.meter] += each.quantity
            costs[each.meter] += each.cost
    return tuple(MeterTotal(meter, quantities[meter], costs[meter]) for meter in METERS)
