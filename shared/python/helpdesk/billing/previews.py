"""Previews: what a month would have cost under another plan."""

from dataclasses import dataclass

from helpdesk.billing.accounts import Account, Accounts, Sum, merged
from helpdesk.billing.periods import start_of
from helpdesk.billing.rating import Bill, rate
from helpdesk.money import Money
from helpdesk.plans import PlanTerm
from helpdesk.tariffs import Tariff
from helpdesk.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Preview:
    """A month's bill by the plans that were in force, and by another for the whole of it."""

    plan: str
    before: Bill
    after: Bill

    @property
    def difference(self) -> Money | None:
        """How much more the other plan costs; None between two currencies."""
        if self.before.currency != self.after.currency:
            return None
        return Money(self.after.total.micros - self.before.total.micros, self.after.currency)


def preview(tenant: Tenant, period: str, accounts: Accounts, tariff: Tariff) -> Preview:
    """A tenant's month as it was, and with its units at the prices of another tariff.

    Adjustments of earlier months are left out of both: another plan of this month leaves them.
    """
    used = {account: sum_ for account, sum_ in accounts.items() if account.period == period}
    since = max(start_of(period), tenant.terms[0].since)
    terms = [PlanTerm(tariff.plan, since)]
    return Preview(
        plan=tariff.plan.ref,
        before=rate(period, tenant.terms, used, tenant.billing),
        after=rate(period, terms, _repriced(used, tariff), tenant.billing),
    )


def _repriced(accounts: Accounts, tariff: Tariff) -> Accounts:
    return merged(_at_prices_of(tariff, account, sum_) for account, sum_ in accounts.items())


def _at_prices_of(tariff: Tariff, account: Account, sum_: Sum) -> Accounts:
    line = tariff.line(account.meter, sum_.quantity, account.model or None)
    repriced = Account(
        period=account.period,
        plan=tariff.plan.ref,
        meter=line.meter,
        model=account.model,
        unit_micros=line.unit_price.micros,
        currency=line.unit_price.currency,
    )
    return {repriced: Sum(sum_.quantity, line.cost.micros, sum_.lines)}
