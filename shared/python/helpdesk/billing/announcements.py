"""What is told of closes: to the platform's people, and to each tenant that has an invoice."""

from collections.abc import Mapping

from helpdesk.billing.reconciliation import Difference, Reconciliation
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.domain_events import id_of
from helpdesk.events import DomainEvent, PlatformEvent
from helpdesk.money import Money

PERIOD_CLOSED, PERIOD_DIFFERS = "billing.period_closed", "billing.period_differs"
INVOICE_ISSUED = "invoice.issued"

_MOST = 20
"""Differences that are told; the rest is counted."""


def period_closed(close: PeriodClose) -> PlatformEvent:
    """``billing.period_closed``: a period is sealed. Told again, it is the same event."""
    at = close.closed_at or close.began_at
    return PlatformEvent(
        id=id_of(PERIOD_CLOSED, close.period, at),
        type=PERIOD_CLOSED,
        subject=close.period,
        occurred_at=at,
        data={
            "period": close.period,
            "export_id": close.export,
            "manifest_sha256": close.manifest_sha256,
            "sha256": close.sha256,
        },
    )


def period_differs(found: Reconciliation) -> PlatformEvent:
    """``billing.period_differs``: something of a period does not add up."""
    return PlatformEvent(
        id=id_of(PERIOD_DIFFERS, found.period, found.as_of),
        type=PERIOD_DIFFERS,
        subject=found.period,
        occurred_at=found.as_of,
        data={
            "period": found.period,
            "closed": found.closed,
            "count": len(found.differences),
            "differences": [_told(each) for each in found.differences[:_MOST]],
        },
    )


def invoice_issued(statement: Statement, close: PeriodClose) -> DomainEvent | None:
    """``invoice.issued``: a tenant has an invoice; None for one that has none. Told again, it is
    the same event."""
    number, bill = statement.number, statement.bill
    if number is None:
        return None
    at = close.closed_at or close.began_at
    return DomainEvent(
        id=id_of(INVOICE_ISSUED, number, at),
        type=INVOICE_ISSUED,
        tenant=statement.tenant,
        subject=number,
        occurred_at=at,
        data={
            "number": number,
            "period": bill.period,
            "issued_on": statement.issued_on.isoformat(),
            "net": bill.net.as_json(),
            "tax": bill.tax.as_json(),
            "total": bill.total.as_json(),
        },
    )


def _told(difference: Difference) -> Mapping[str, object]:
    said = {
        source: Money(micros, difference.currency).as_json()
        for source, micros in difference.micros.items()
    }
    return {"name": difference.name, "where": difference.where, "sums": said}
