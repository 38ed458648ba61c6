"""Export rows: a line of a usage event, or a charge, as finance reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from helpdesk.billing.charges import PeriodCharge
from helpdesk.ids import TenantId
from helpdesk.usage import PRICED_PER, UNITS, UsageEvent, meter_title


class ExportRow(NamedTuple):
    """One line of an export; ``event_id`` and ``line`` identify it.

    ``line`` is the meter, or what kind of charge it is; ``type`` is what kind of fact an event
    bills, or ``charge``. ``unit_price_micros`` is for ``priced_per`` units. ``adjustment_of`` is
    the earlier, invoiced period to which a line belongs: it came late, or corrects what was then.
    """

    billing_period: str
    tenant_id: str
    tenant_name: str
    invoice_number: str | None
    event_id: str
    line: str
    type: str
    occurred_at: datetime | None
    subject: str | None
    conversation_id: str | None
    meter: str | None
    quantity: int | None
    unit: str | None
    unit_price_micros: int | None
    priced_per: int | None
    cost_micros: int
    currency: str
    plan: str | None
    price_version: str | None
    model: str | None
    estimated: bool
    corrects: str | None
    reason: str | None
    adjustment_of: str | None
    description: str


ColumnKind = Literal["text", "moment", "integer", "money", "yes_no"]
"""``money`` has six decimals; a ``moment`` is in UTC, to the millisecond."""

COLUMNS: dict[str, ColumnKind] = {
    "billing_period": "text",
    "tenant_id": "text",
    "tenant_name": "text",
    "invoice_number": "text",
    "event_id": "text",
    "line": "text",
    "type": "text",
    "occurred_at": "moment",
    "subject": "text",
    "conversation_id": "text",
    "meter": "text",
    "quantity": "integer",
    "unit": "text",
    "unit_price": "money",
    "priced_per": "integer",
    "cost": "money",
    "currency": "text",
    "plan": "text",
    "price_version": "text",
    "model": "text",
    "estimated": "yes_no",
    "corrects": "text",
    "reason": "text",
    "adjustment_of": "text",
    "description": "text",
}
"""The columns of a file, in order: a row's fields, with money in the currency's own unit."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays a period's lines, by the name and the invoice's number that stand on the invoice."""

    tenant: TenantId
    name: str
    period: str
    invoice_number: str | None = None


def rows_of(event: UsageEvent, payer: Payer) -> Sequence[ExportRow]:
    """The rows of an event, one for each of its lines."""
    adjustment_of = event.month if event.month != payer.period else None
    return [
        ExportRow(
            payer.period,
            payer.tenant,
            payer.name,
            payer.invoice_number,
            event.id,
            line.meter,
            event.type,
            event.occurred_at,
            event.subject,
            event.conversation,
            line.meter,
            line.quantity,
            UNITS[line.meter],
            line.unit_price.micros,
            PRICED_PER[line.meter],
            line.cost.micros,
            line.cost.currency,
            event.plan,
            event.price_version,
            line.model,
            event.estimated,
            event.corrects,
            event.reason,
            adjustment_of,
            meter_title(line.meter, line.model),
        )
        for line in event.lines
    ]


def row_of(charge: PeriodCharge, payer: Payer) -> ExportRow:
    """The row of a charge."""
    line = charge.line
    return ExportRow(
        billing_period=payer.period,
        tenant_id=payer.tenant,
        tenant_name=payer.name,
        invoice_number=payer.invoice_number,
        event_id=charge.id,
        line=line.kind,
        type="charge",
        occurred_at=None,
        subject=None,
        conversation_id=None,
        meter=line.meter,
        quantity=line.quantity,
        unit=UNITS[line.meter] if line.meter else None,
        unit_price_micros=line.unit_price.micros if line.unit_price else None,
        priced_per=PRICED_PER[line.meter] if line.meter and line.unit_price else None,
        cost_micros=line.amount.micros,
        currency=line.amount.currency,
        plan=line.plan or None,
        price_version=None,
        model=line.model,
        estimated=False,
        corrects=None,
        reason=None,
        adjustment_of=line.period if line.period != payer.period else None,
        description=line.description,
    )
