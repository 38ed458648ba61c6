"""Charges: what a closed month has beside usage, written into the ledger once, at the close."""

from dataclasses import dataclass

from helpdesk.billing.rating import BillLine
from helpdesk.ids import EventId, TenantId


@dataclass(frozen=True, slots=True)
class PeriodCharge:
    """A line of a closed bill that is not usage: subscription, what is included, rounding, tax.

    ``id`` follows from tenant, period and its place on the bill.
    """

    id: EventId
    tenant: TenantId
    line: BillLine


def charge_id(tenant: TenantId, period: str, place: int) -> EventId:
    """The one id of a charge; places count from 1 and sort as texts."""
    return EventId(f"evt_{tenant.removeprefix('ten_')}_{period}_{place:03}")
