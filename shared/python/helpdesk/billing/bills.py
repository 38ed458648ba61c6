"""Bills: a tenant's month, as it stands now or as it was closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.billing.accounts import Accounts
from helpdesk.billing.earlier_bills import billed_before, stated_in
from helpdesk.billing.forecasting import forecast
from helpdesk.billing.periods import end_of
from helpdesk.billing.rating import Bill, rate
from helpdesk.billing.running import RunningAccounts
from helpdesk.clock import Clock
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.ports import Periods, Tenants
from helpdesk.tenants import Tenant
from helpdesk.usage import METERS, Meter


@dataclass(frozen=True, slots=True)
class MeterTotal:
    """How much of one meter was used, and what that costs by the list prices."""

    meter: Meter
    quantity: int
    cost: Money


@dataclass(frozen=True, slots=True)
class MonthlyBill:
    """A month's bill as of a moment. ``plan`` names the plan of then, ``invoice`` the number.

    An open month has no line for rounding yet, so that its total is exact; it has a ``forecast``.
    """

    closed: bool
    plan: str
    bill: Bill
    as_of: datetime
    forecast: Money | None = None
    invoice: str | None = None

    @property
    def meters(self) -> Sequence[MeterTotal]:
        """The usage lines by meter: all meters, in a fixed order."""
        return [self._of(meter) for meter in METERS]

    def _of(self, meter: Meter) -> MeterTotal:
        used = [line for line in self.bill.lines if (line.kind, line.meter) == ("usage", meter)]
        cost = sum((line.amount for line in used), start=Money(0, self.bill.currency))
        return MeterTotal(meter, sum(line.quantity or 0 for line in used), cost)


@dataclass(frozen=True, slots=True)
class Bills:
    """Answers what a tenant's month costs."""

    running: RunningAccounts
    periods: Periods
    tenants: Tenants
    now: Clock

    def of(self, tenant: TenantId, period: str) -> MonthlyBill:
        """The bill of a month. Raises NotFound and Unavailable."""
        owner = self.tenants.get(tenant)
        close = self.periods.get(period)
        if close and close.status == "closed":
            return self._stated(owner, period, close.closed_at or close.began_at)
        accounts = self.running.of(tenant, period)

        def billed_in(month: str) -> Accounts:
            stated = stated_in(self.periods, tenant, month)
            return self.running.of(tenant, month) if stated is None else stated

        billed = billed_before(period, accounts, billed_in)
        return _as_it_stands(owner, period, accounts, billed, self.now())

    def _stated(self, tenant: Tenant, period: str, as_of: datetime) -> MonthlyBill:
        plan = _plan_of(tenant, period, as_of)
        try:
            statement = self.periods.statement(tenant.id, period)
        except NotFound:  # it signed up after the close
            nothing = rate(period, tenant.terms, {}, tenant.billing)
            return MonthlyBill(True, plan, nothing, as_of)
        return MonthlyBill(True, plan, statement.bill, as_of, invoice=statement.number)


def _as_it_stands(
    tenant: Tenant, period: str, accounts: Accounts, billed: Accounts, now: datetime
) -> MonthlyBill:
    bill = rate(period, tenant.terms, accounts, tenant.billing, billed)
    exact = replace(bill, lines=tuple(line for line in bill.lines if line.kind != "rounding"))
    return MonthlyBill(
        closed=False,
        plan=_plan_of(tenant, period, now),
        bill=exact,
        as_of=now,
        forecast=forecast(tenant, period, accounts, billed, now),
    )


def _plan_of(tenant: Tenant, period: str, now: datetime) -> str:
    return tenant.plan_at(min(now, end_of(period) - timedelta.resolution)).ref
