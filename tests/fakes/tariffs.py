"""Tariffs for tests that are about something else: everybody has the standard plan."""

from datetime import UTC, datetime
from typing import cast

from helpdesk.ids import TenantId
from helpdesk.plan_book import STANDARD
from helpdesk.plans import PlanTerm
from helpdesk.ports import Tenants
from helpdesk.pricing import PRICE_BOOK, Price, PriceBook
from helpdesk.tariffs import Tariffs
from helpdesk.tenants import Tenant

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def standard_tenant(tenant: TenantId, name: str = "Acme", since: datetime = LONG_AGO) -> Tenant:
    """A company that has had the standard plan since it signed up."""
    return Tenant(tenant, name, "ops@acme.example", since, (PlanTerm(STANDARD, since),))


class _Everybody:
    def get(self, tenant: TenantId) -> Tenant:
        return standard_tenant(tenant)


def flat_tariffs(prices: PriceBook = PRICE_BOOK) -> Tariffs:
    """The standard plan for any tenant, known or not."""
    return Tariffs(cast("Tenants", _Everybody()), prices)


def one_price(input_micros: int, output_micros: int) -> PriceBook:
    """A price book in which every model costs the same."""
    return PriceBook("v1", {}, Price(input_micros, output_micros))
