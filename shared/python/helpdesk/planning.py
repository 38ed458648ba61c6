"""What operators decide for a tenant: its plan, from when on, and what its invoices say."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.billing.accounts import merged
from helpdesk.billing.periods import previous_period
from helpdesk.billing.previews import Preview, preview
from helpdesk.clock import Clock, period_of, rfc3339
from helpdesk.errors import FieldError, ValidationFailed
from helpdesk.ids import TenantId
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.plans import Plan
from helpdesk.ports import Books, Tenants
from helpdesk.pricing import PriceBook
from helpdesk.tariffs import Tariff
from helpdesk.tenant_cache import KNOWN_FOR
from helpdesk.tenants import BillingDetails, Tenant

NOTICE = 2 * KNOWN_FOR
"""How long before it takes force a change of plan is written. Whoever remembers a tenant has read
it anew by then, so that no event is priced by a plan that is over."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Changes tenants' plans, and shows beforehand what that would cost."""

    tenants: Tenants
    catalogue: PlanCatalogue
    books: Books
    prices: PriceBook
    now: Clock

    def change(self, tenant: TenantId, plan: str, since: datetime | None = None) -> Tenant:
        """Gives a tenant the newest version of a plan; in two minutes if it is not said when.

        Whatever was planned for later is given up. Raises NotFound, ValidationFailed for a plan
        that there is not, one in another currency or a time that can't be, and Conflict on a lost
        race.
        """
        current = self.tenants.get(tenant)
        chosen = self._plan(plan)
        _require_its_currency(current, chosen)
        earliest = self.now() + NOTICE
        moment = since or earliest
        if moment < earliest:
            raise _wrong_time(f"The earliest is two minutes from now, {rfc3339(earliest)}.")
        changed = current.with_plan(chosen, moment)
        self.tenants.save(changed)
        return changed

    def preview(self, tenant: TenantId, plan: str, period: str | None = None) -> Preview:
        """A tenant's month, last month if none is named, as it was and under another plan.

        Raises NotFound, and ValidationFailed for a plan that there is not.
        """
        current = self.tenants.get(tenant)
        month = period or previous_period(period_of(self.now()))
        accounts = merged(shard.accounts for shard in self.books.totals(tenant, month))
        return preview(current, month, accounts, Tariff(self._plan(plan), self.prices))

    def bill_to(self, tenant: TenantId, details: BillingDetails) -> Tenant:
        """Says what a tenant's invoices name and tax from now on. Raises NotFound and Conflict."""
        changed = self.tenants.get(tenant).with_billing(details)
        self.tenants.save(changed)
        return changed

    def _plan(self, name: str) -> Plan:
        return self.catalogue.chosen(name, self.catalogue.all())


def _require_its_currency(tenant: Tenant, plan: Plan) -> None:
    """A credit or a late event is billed in the currency of its day, whenever it comes: a company
    that changed its currency would have bills in two."""
    currency = tenant.terms[0].plan.currency
    if plan.currency != currency:
        message = f"The company is billed in {currency}, and stays so. Another is a new sign-up."
        raise ValidationFailed("Check: plan.", errors=[FieldError("plan", message)])


def _wrong_time(message: str) -> ValidationFailed:
    return ValidationFailed("Check: from.", errors=[FieldError("from", message)])
