"""Statements: a closed month's bill of one tenant, and the invoice that it became."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from helpdesk.billing.exports import ExportId
from helpdesk.billing.rating import Bill
from helpdesk.ids import TenantId
from helpdesk.tenants import BillingDetails

_PREFIX = "HD-"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a tenant owes for a closed month, with its name and address as they were then.

    ``number`` is the invoice's (``HD-000042``); None for a month without any line.
    """

    tenant: TenantId
    tenant_name: str
    details: BillingDetails
    bill: Bill
    issued_on: date
    number: str | None = None


@dataclass(frozen=True, slots=True)
class PeriodClose:
    """The close of a period: begun once, by one export, and sealed once.

    ``sha256`` is of the record's own content (billing/chain.py), in which ``previous_sha256`` is
    that of the period before and ``statements_sha256`` is of what all tenants owe: whoever changes
    a closed month breaks the chain. ``last_number`` is the last invoice's number so far, so that
    the next close goes on without a gap.
    """

    period: str
    export: ExportId
    began_at: datetime
    previous_sha256: str
    last_number: int
    status: Literal["closing", "closed"] = "closing"
    manifest_sha256: str | None = None
    statements_sha256: str | None = None
    closed_at: datetime | None = None
    sha256: str | None = None


def invoice_number(count: int) -> str:
    """How the invoice of that place among all of them is called: ``HD-000042``."""
    return f"{_PREFIX}{count:06}"


def place_of(number: str) -> int:
    """The place of an invoice among all of them, from 1. Raises ValueError."""
    return int(number.removeprefix(_PREFIX))
