"""Charges: what a closed month has beside usage, written into the ledger once, at the close."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.billing.rating import Bill, BillLine
from helpdesk.ids import EventId, TenantId


@dataclass(frozen=True, slots=True)
class PeriodCharge:
    """A line of a closed bill that is not usage: subscription, what is included, rounding, tax.

    ``period`` is the bill's; ``line.period`` is earlier where the line adjusts what was included
    then. ``id`` follows from tenant, period and its place among the bill's charges.
    """

    id: EventId
    tenant: TenantId
    period: str
    line: BillLine


def charge_id(tenant: TenantId, period: str, place: int) -> EventId:
    """The one id of a charge; places count from 1 and sort as texts."""
    return EventId(f"evt_{tenant.removeprefix('ten_')}_{period}_{place:03}")


def charges_of(tenant: TenantId, bill: Bill) -> Sequence[PeriodCharge]:
    """What a tenant's bill has beside usage, in the order of the bill."""
    lines = [line for line in bill.lines if line.kind != "usage"]
    return [
        PeriodCharge(charge_id(tenant, bill.period, place), tenant, bill.period, line)
        for place, line in enumerate(lines, start=1)
    ]
