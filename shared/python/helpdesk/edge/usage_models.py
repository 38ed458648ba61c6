"""Usage as the API shows it: a month's bill and its lines."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from helpdesk.billing.bills import MonthlyBill
from helpdesk.billing.periods import PERIOD
from helpdesk.edge.answers import Answer, ListQuery, Moment, MoneyOut
from helpdesk.edge.bill_models import BillLineOut
from helpdesk.edge.requests import Query
from helpdesk.edge.whose import TenantNamed
from helpdesk.usage import UNITS, Meter

Period = Annotated[
    str | None,
    Field(
        pattern=PERIOD,
        description="A UTC month; the present one if none is given.",
        examples=["2026-11"],
    ),
]


class UsageQuery(Query):
    """Which month, and for finance, whose."""

    period: Period = None
    tenant: TenantNamed = None


class UsageEventsQuery(ListQuery):
    """Which events of a month's bill, and for finance, whose."""

    period: Period = None
    tenant: TenantNamed = None
    meter: Meter | None = None
    model: Annotated[str | None, Field(min_length=1, max_length=200)] = None
    conversation: Annotated[str | None, Field(pattern=r"^conv_[0-9a-z]{26}$")] = None
    happened_in: Annotated[
        str | None,
        Field(pattern=PERIOD, description="The month of the fact, or of what it corrects."),
    ] = None


class MeterOut(Answer):
    """How much of one meter was used; the cost is by list prices, before what the plan includes."""

    meter: Meter
    quantity: int
    unit: str
    cost: MoneyOut


class UsageOut(Answer):
    """A month's bill, as it stands at ``as_of``.

    ``total`` is the exact sum of ``lines``: a closed month's are rounded to the cent by a line of
    their own, an open one's are not yet. ``forecast`` is an open month's whole bill, if usage goes
    on as it did per second since the month or the tenant began, over a day at least.
    """

    period: Annotated[str, Field(examples=["2026-11"])]
    closed: bool
    plan: Annotated[str, Field(examples=["standard@1"])]
    currency: Annotated[str, Field(examples=["USD"])]
    meters: Sequence[MeterOut]
    lines: Sequence[BillLineOut]
    net: MoneyOut
    tax: MoneyOut
    total: MoneyOut
    forecast: MoneyOut | None
    invoice: Annotated[str | None, Field(examples=["HD-000042"])]
    as_of: Moment

    @classmethod
    def of(cls, month: MonthlyBill) -> "UsageOut":
        """A month's bill at the border."""
        bill = month.bill
        return cls(
            period=bill.period,
            closed=month.closed,
            plan=month.plan,
            currency=bill.currency,
            meters=[
                MeterOut(
                    meter=each.meter,
                    quantity=each.quantity,
                    unit=UNITS[each.meter],
                    cost=MoneyOut.of(each.cost),
                )
                for each in month.meters
            ],
            lines=[BillLineOut.of(line, bill.period) for line in bill.lines],
            net=MoneyOut.of(bill.net),
            tax=MoneyOut.of(bill.tax),
            total=MoneyOut.of(bill.total),
            forecast=MoneyOut.of(month.forecast) if month.forecast else None,
            invoice=month.invoice,
            as_of=month.as_of,
        )
