"""What a unit costs a tenant at a moment: by its plan of then, and for models by the price book."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.plans import PARTS_PER_MILLION, Plan
from helpdesk.pricing import PriceBook
from helpdesk.usage import PRICED_PER, Meter, UsageLine

# The ports speak of changes of actions, and those are priced by tariffs.
if TYPE_CHECKING:
    from helpdesk.ports import Tenants


@dataclass(frozen=True, slots=True)
class Tariff:
    """A plan beside the prices of models."""

    plan: Plan
    prices: PriceBook

    def unit_price(self, meter: Meter, model: str | None = None) -> Money:
        """The list price of ``PRICED_PER[meter]`` units: of tokens the model's price in the plan's
        currency, of anything else the plan's first tier. What the plan includes, and its further
        tiers, are for the bill of the whole month (billing/rating.py)."""
        if model is None:
            return Money(self.plan.terms_of(meter).tiers[0].unit_micros, self.plan.currency)
        micros = self.prices.price_of(model).of(meter) * self.plan.usd_rate_ppm
        return Money(_half_up(micros, PARTS_PER_MILLION), self.plan.currency)

    def line(self, meter: Meter, quantity: int, model: str | None = None) -> UsageLine:
        """So much of a meter, priced: rounded half up to a micro, once."""
        unit = self.unit_price(meter, model)
        cost = Money(_half_up(quantity * unit.micros, PRICED_PER[meter]), unit.currency)
        return UsageLine(meter, quantity, unit, cost, model)


@dataclass(frozen=True, slots=True)
class Tariffs:
    """The tariffs of all tenants."""

    tenants: "Tenants"
    prices: PriceBook

    def at(self, tenant: TenantId, moment: datetime) -> Tariff:
        """A tenant's tariff of that moment. Raises NotFound and Unavailable."""
        return Tariff(self.tenants.get(tenant).plan_at(moment), self.prices)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
