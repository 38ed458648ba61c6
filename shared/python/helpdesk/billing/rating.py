"""Rating: from the accounts of a month to the lines of its bill, all in whole micros.

Each usage line costs what is stamped on its events: list prices. What a plan includes, its further
tiers and its allowance are lines of their own against that, so that a bill is nothing but a sum.

What came late, or corrects what an earlier month had, is counted by the plan of that month: it
costs what that month now costs more, or less, than was billed for it. So all bills together come to
the same, whenever an event came.
The sum is rounded half up to a cent by a line that says so; tax is rounded to a cent in turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, NamedTuple

from helpdesk.billing.accounts import Account, Accounts, Sum, merged
from helpdesk.billing.periods import Share, shares, start_of
from helpdesk.money import Money, half_up
from helpdesk.plans import MeterTerms, PlanTerm, plan_at
from helpdesk.tenants import BillingDetails
from helpdesk.usage import Meter, meter_title

ChargeKind = Literal["subscription", "included", "volume_discount", "allowance", "rounding", "tax"]
"""What a bill has beside usage."""

MICROS_PER_CENT = 10_000
_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a bill. ``unit_price`` is for ``PRICED_PER[meter]`` units; a credit is negative.

    ``period`` is when the usage happened: an earlier one than the bill's is an adjustment.
    """

    kind: Literal["usage"] | ChargeKind
    description: str
    amount: Money
    period: str
    plan: str = ""
    meter: Meter | None = None
    model: str | None = None
    quantity: int | None = None
    unit_price: Money | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A tenant's month, as it was rated in whole cents; of a month that is still open the line of
    rounding is left out (billing/bills.py)."""

    period: str
    currency: str
    lines: tuple[BillLine, ...]

    @property
    def total(self) -> Money:
        """The sum of all lines."""
        return sum((line.amount for line in self.lines), start=Money(0, self.currency))

    @property
    def tax(self) -> Money:
        """The sum of the lines of tax."""
        taxes = (line.amount for line in self.lines if line.kind == "tax")
        return sum(taxes, start=Money(0, self.currency))

    @property
    def net(self) -> Money:
        """The total without tax."""
        return Money(self.total.micros - self.tax.micros, self.currency)


NOTHING: Accounts = MappingProxyType({})
"""The accounts of a month that was not billed yet."""


def rate(
    period: str,
    terms: Sequence[PlanTerm],
    accounts: Accounts,
    details: BillingDetails,
    billed: Accounts = NOTHING,
) -> Bill:
    """The bill of a tenant's month. ``billed`` is what earlier bills have of the months to which
    some of its accounts belong. Raises ValueError for accounts in several currencies.

    A month with neither usage nor a fee has no line at all, not even one of tax.
    """
    lines = [*_subscription(period, shares(terms, period)), *_usage(accounts)]
    for month in sorted({account.period for account in accounts}):
        before = _of_month(month, billed)
        after = merged([before, _of_month(month, accounts)])
        for share in shares(terms, month):
            lines += _included_and_tiers(month, share, before, after)
            lines += _allowance(month, share, before, after)
    bill = Bill(period, plan_at(terms, start_of(period)).currency, tuple(lines))
    bill = _with(bill, _rounding(bill))
    return _with(bill, _tax(bill, details))


def _with(bill: Bill, more: Iterator[BillLine]) -> Bill:
    return Bill(bill.period, bill.currency, (*bill.lines, *more))


def _subscription(period: str, parts: Sequence[Share]) -> Iterator[BillLine]:
    for share in parts:
        fee = share.half_up(share.plan.base_fee_micros)
        if fee:
            days = "" if share.part == share.whole else ", part of the month"
            yield BillLine(
                "subscription",
                f"Plan {share.plan.name}{days}",
                Money(fee, share.plan.currency),
                period,
                plan=share.plan.ref,
            )


def _usage(accounts: Accounts) -> Iterator[BillLine]:
    for account, sum_ in sorted(accounts.items()):
        yield BillLine(
            "usage",
            meter_title(account.meter, account.model),
            Money(sum_.micros, account.currency),
            account.period,
            plan=account.plan,
            meter=account.meter,
            model=account.model or None,
            quantity=sum_.quantity,
            unit_price=account.unit_price,
        )


def accounts_of(bill: Bill) -> Accounts:
    """The accounts that a bill was made for; of how many lines they are it does not say."""
    accounts: dict[Account, Sum] = {}
    for line in bill.lines:
        if line.kind == "usage" and line.meter and line.unit_price:
            account = Account(
                period=line.period,
                plan=line.plan,
                meter=line.meter,
                model=line.model or "",
                unit_micros=line.unit_price.micros,
                currency=line.unit_price.currency,
            )
            accounts[account] = Sum(line.quantity or 0, line.amount.micros)
    return accounts


def _of_month(month: str, accounts: Accounts) -> Accounts:
    return {account: sum_ for account, sum_ in accounts.items() if account.period == month}


class _Metered(NamedTuple):
    """How many units of a meter are free, and how much less than the list price the others are."""

    free: int
    less: int


def _included_and_tiers(
    month: str, share: Share, before: Accounts, after: Accounts
) -> Iterator[BillLine]:
    for terms in share.plan.meters:
        was, now = _metered(terms, share, before), _metered(terms, share, after)
        first = Money(terms.tiers[0].unit_micros, share.plan.currency)
        free = now.free - was.free
        if free and first.micros:
            yield BillLine(
                "included",
                f"{meter_title(terms.meter)} included in plan {share.plan.name}",
                Money(-free * first.micros, first.currency),
                month,
                plan=share.plan.ref,
                meter=terms.meter,
                quantity=-free,
                unit_price=first,
            )
        if less := now.less - was.less:
            yield BillLine(
                "volume_discount",
                f"{meter_title(terms.meter)} at volume prices",
                Money(less, first.currency),
                month,
                plan=share.plan.ref,
                meter=terms.meter,
            )


def _metered(terms: MeterTerms, share: Share, accounts: Accounts) -> _Metered:
    used = _quantity(accounts, share.plan.ref, terms.meter)
    free = min(used, share.down(terms.included))
    list_price = (used - free) * terms.tiers[0].unit_micros
    return _Metered(free, _tiered(terms, share, used - free) - list_price)


def _tiered(terms: MeterTerms, share: Share, units: int) -> int:
    """What so many units cost by graduated tiers, whose bounds are prorated."""
    cost = below = 0
    for tier in terms.tiers:
        upper = units if tier.up_to is None else min(units, share.down(tier.up_to))
        cost += max(0, upper - below) * tier.unit_micros
        below = max(below, upper)
    return cost


def _allowance(month: str, share: Share, before: Accounts, after: Accounts) -> Iterator[BillLine]:
    if free := _allowed(share, after) - _allowed(share, before):
        yield BillLine(
            "allowance",
            f"Model usage included in plan {share.plan.name}",
            Money(-free, share.plan.currency),
            month,
            plan=share.plan.ref,
        )


def _allowed(share: Share, accounts: Accounts) -> int:
    used = sum(
        sum_.micros
        for account, sum_ in accounts.items()
        if account.plan == share.plan.ref and account.model
    )
    return min(max(used, 0), share.down(share.plan.allowance_micros))


def _rounding(bill: Bill) -> Iterator[BillLine]:
    micros = bill.total.micros
    rest = half_up(micros, MICROS_PER_CENT) * MICROS_PER_CENT - micros
    if rest:
        rounding = Money(rest, bill.currency)
        yield BillLine("rounding", "Rounding to the cent, half up", rounding, bill.period)


def _tax(bill: Bill, details: BillingDetails) -> Iterator[BillLine]:
    rate_ = details.tax_basis_points
    if rate_ and bill.lines:
        net = bill.total.micros
        cents = half_up(net * rate_, _BASIS_POINTS * MICROS_PER_CENT)
        percent = f"{rate_ // 100}.{rate_ % 100:02}".rstrip("0").rstrip(".")
        tax = Money(cents * MICROS_PER_CENT, bill.currency)
        yield BillLine("tax", f"{details.tax_name} {percent} %", tax, bill.period)


def _quantity(accounts: Accounts, plan: str, meter: Meter) -> int:
    """Units under a plan that are there to be included or tiered: never below none."""
    found = (sum_.quantity for each, sum_ in accounts.items() if _is(each, plan, meter))
    return max(0, sum(found))


def _is(account: Account, plan: str, meter: Meter) -> bool:
    return (account.plan, account.meter) == (plan, meter)
