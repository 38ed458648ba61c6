"""Bills as the API shows them."""

from collections.abc import Sequence
from typing import Literal

from helpdesk.billing.rating import Bill, BillLine, ChargeKind
from helpdesk.edge.answers import Answer, MoneyOut
from helpdesk.usage import Meter


class BillLineOut(Answer):
    """One line of the bill; a credit is negative. ``unit_price`` is for a million tokens, or one
    unit of anything else. ``period`` is there for an adjustment: when the usage happened."""

    kind: Literal["usage"] | ChargeKind
    description: str
    plan: str | None
    meter: Meter | None
    model: str | None
    quantity: int | None
    unit_price: MoneyOut | None
    amount: MoneyOut
    period: str | None

    @classmethod
    def of(cls, line: BillLine, period: str) -> "BillLineOut":
        """A line of a month's bill at the border."""
        return cls(
            kind=line.kind,
            description=line.description,
            plan=line.plan or None,
            meter=line.meter,
            model=line.model,
            quantity=line.quantity,
            unit_price=MoneyOut.of(line.unit_price) if line.unit_price else None,
            amount=MoneyOut.of(line.amount),
            period=None if line.period == period else line.period,
        )


class BillOut(Answer):
    """A month's bill: its lines add up to its total, to the cent."""

    period: str
    lines: Sequence[BillLineOut]
    net: MoneyOut
    tax: MoneyOut
    total: MoneyOut

    @classmethod
    def of(cls, bill: Bill) -> "BillOut":
        """A bill at the border."""
        return cls(
            period=bill.period,
            lines=[BillLineOut.of(line, bill.period) for line in bill.lines],
            net=MoneyOut.of(bill.net),
            tax=MoneyOut.of(bill.tax),
            total=MoneyOut.of(bill.total),
        )
