"""What is said of closed periods: that one is closed, and that one does not add up."""

from helpdesk.billing.exports import Export
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.billing.statements import PeriodClose
from helpdesk.metric_names import Metric
from helpdesk.telemetry import log, measure


def period_closed(close: PeriodClose) -> None:
    """A period is sealed."""
    log("period_closed", period=close.period, export=close.export)
    measure({Metric.PERIODS_CLOSED: 1}, period=close.period)


def period_reconciled(found: Reconciliation) -> None:
    """How many differences there are in a period, each a line of its own; none is measured, too,
    so that an alarm can tell it from silence."""
    for difference in found.differences:
        log(
            "period_differs",
            period=found.period,
            difference=difference.name,
            where=difference.where,
        )
    measure({Metric.BILLING_DIFFERENCES: len(found.differences)}, period=found.period)


def export_failed(export: Export) -> None:
    """An export, or the close of a period, has failed."""
    log("export_failed", period=export.period, export=export.id, tenant=export.tenant)
    measure({Metric.EXPORTS_FAILED: 1}, period=export.period)
