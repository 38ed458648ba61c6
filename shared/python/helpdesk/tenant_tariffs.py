"""Tariffs by the plans that tenants have."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.ids import TenantId
from helpdesk.ports import Tenants
from helpdesk.pricing import PriceBook
from helpdesk.tariffs import Tariff


@dataclass(frozen=True, slots=True)
class TenantTariffs:
    """Each tenant's plan of the moment beside the prices of models."""

    tenants: Tenants
    prices: PriceBook

    def at(self, tenant: TenantId, moment: datetime) -> Tariff:
        """A tenant's tariff of that moment. Raises NotFound and Unavailable."""
        return Tariff(self.tenants.get(tenant).plan_at(moment), self.prices)
