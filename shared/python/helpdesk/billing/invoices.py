"""Invoices: what a tenant is sent for a closed month, as a value and as canonical JSON.

Nothing on it is rounded but what its own lines say: amounts have as many places as they need, and
the line of rounding makes their sum whole cents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from helpdesk.billing.canonical import canonical_json
from helpdesk.billing.periods import end_of, start_of
from helpdesk.billing.rating import BillLine
from helpdesk.billing.statements import Statement
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.usage import PRICED_PER, UNITS

PAYMENT_TERM = timedelta(days=14)
"""How long after its issue an invoice is due."""

INVOICE_VERSION = 1
"""The shape of the JSON. A new field is no new version, another meaning of one is."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who sends an invoice, or who receives it."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line. ``unit_price`` is for ``priced_per`` units; a credit is negative.

    ``adjusts`` names the earlier period to which it belongs, where it came too late for that.
    """

    description: str
    amount: Money
    quantity: int | None = None
    unit: str | None = None
    unit_price: Money | None = None
    priced_per: int | None = None
    adjusts: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """A tenant's invoice for ``first_day`` to ``last_day``, or a credit note: then ``total`` is
    negative. Nothing is due then, nor when it is zero. ``net`` and ``tax`` add up to ``total``."""

    number: str
    kind: Literal["invoice", "credit_note"]
    tenant: TenantId
    period: str
    first_day: date
    last_day: date
    issued_on: date
    due_on: date | None
    seller: Party
    receiver: Party
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[InvoiceLine, ...]
    tax_note: str
    net: Money
    tax: Money
    total: Money

    @property
    def title(self) -> str:
        """What stands at its head."""
        return "Credit note" if self.kind == "credit_note" else "Invoice"


def invoice_of(statement: Statement, seller: Party) -> Invoice:
    """The invoice that a statement became. Raises ValueError for one without a number."""
    if statement.number is None:
        raise ValueError(f"nothing is to be paid for {statement.bill.period}")
    bill, details = statement.bill, statement.details
    owed = bill.total.micros
    return Invoice(
        number=statement.number,
        kind="credit_note" if owed < 0 else "invoice",
        tenant=statement.tenant,
        period=bill.period,
        first_day=start_of(bill.period).date(),
        last_day=end_of(bill.period).date() - timedelta(days=1),
        issued_on=statement.issued_on,
        due_on=statement.issued_on + PAYMENT_TERM if owed > 0 else None,
        seller=seller,
        receiver=Party(
            details.legal_name or statement.tenant_name, details.address, details.tax_id
        ),
        lines=tuple(_line(each, bill.period) for each in bill.lines if each.kind != "tax"),
        taxes=tuple(_line(each, bill.period) for each in bill.lines if each.kind == "tax"),
        tax_note=details.tax_note,
        net=bill.net,
        tax=bill.tax,
        total=bill.total,
    )


def invoice_json(invoice: Invoice) -> bytes:
    """The one JSON of an invoice, canonical."""
    content = {
        "version": INVOICE_VERSION,
        "number": invoice.number,
        "kind": invoice.kind,
        "tenant": invoice.tenant,
        "period": invoice.period,
        "first_day": invoice.first_day.isoformat(),
        "last_day": invoice.last_day.isoformat(),
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat() if invoice.due_on else None,
        "seller": _party_json(invoice.seller),
        "receiver": _party_json(invoice.receiver),
        "lines": [_line_json(each) for each in invoice.lines],
        "taxes": [_line_json(each) for each in invoice.taxes],
        "tax_note": invoice.tax_note,
        "net": invoice.net.as_json(),
        "tax": invoice.tax.as_json(),
        "total": invoice.total.as_json(),
    }
    return canonical_json(content)


def _line(line: BillLine, period: str) -> InvoiceLine:
    return InvoiceLine(
        description=line.description,
        amount=line.amount,
        quantity=line.quantity,
        unit=UNITS[line.meter] if line.meter and line.quantity is not None else None,
        unit_price=line.unit_price,
        priced_per=PRICED_PER[line.meter] if line.meter and line.unit_price else None,
        adjusts=line.period if line.period < period else None,
    )


def _party_json(party: Party) -> Mapping[str, Any]:
    return {"name": party.name, "address": list(party.address), "tax_id": party.tax_id}


def _line_json(line: InvoiceLine) -> Mapping[str, Any]:
    return {
        "description": line.description,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price.as_json() if line.unit_price else None,
        "priced_per": line.priced_per,
        "adjusts": line.adjusts,
        "amount": line.amount.as_json(),
    }
