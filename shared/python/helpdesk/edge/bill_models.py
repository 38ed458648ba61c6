"""Bills as the API shows them."""

from collections.abc import Sequence
from typing import Literal

from helpdesk.billing.rating import Bill, BillLine, ChargeKind
from helpdesk.edge.answers import Answer, MoneyOut
from helpdesk.usage import Meter


class BillLineOut(Answer):
    """A line of a bill; what is taken off is negative. Tokens are priced by the million."""

    kind: Literal["usage"] | ChargeKind
    description: str
    period: str
    plan: str | None
    meter: Meter | None
    model: str | None
    quantity: int | None
    unit_price: MoneyOut | None
    amount: MoneyOut

    @classmethod
    def of(cls, line: BillLine) -> "BillLineOut":
        """A line at the border."""
        return cls(
            kind=line.kind,
            description=line.description,
            period=line.period,
            plan=line.plan or None,
            meter=line.meter,
            model=line.model,
            quantity=line.quantity,
            unit_price=MoneyOut.of(line.unit_price) if line.unit_price else None,
            amount=MoneyOut.of(line.amount),
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
            lines=[BillLineOut.of(line) for line in bill.lines],
            net=MoneyOut.of(bill.net),
            tax=MoneyOut.of(bill.tax),
            total=MoneyOut.of(bill.total),
        )
