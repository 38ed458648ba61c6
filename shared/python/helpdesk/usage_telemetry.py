"""What is said of usage: events that contradict each other, and what checks have found."""

from helpdesk.billing.checking import CheckReport
from helpdesk.billing.ingesting_usage import Fact
from helpdesk.metric_names import Metric
from helpdesk.telemetry import log, measure


def usage_conflicted(fact: Fact) -> None:
    """A fact came again with other content."""
    log("usage_conflicted", tenant=fact.tenant, event_id=fact.event)
    measure({Metric.USAGE_CONFLICTS: 1}, tenant=fact.tenant, event_id=fact.event)


def usage_checked(report: CheckReport) -> None:
    """What a check saw; each difference has a line of its own."""
    log(
        "usage_checked",
        period=report.period,
        count=report.events,
        failed=len(report.differences),
        busy=report.busy,
        overdue=report.overdue,
    )
    for each in report.differences:
        log(
            "usage_differs",
            tenant=each.tenant,
            period=report.period,
            meter=each.account.meter,
            model=each.account.model or None,
            count=each.ledger.quantity - each.books.quantity,
            cost_micros=each.ledger.micros - each.books.micros,
        )
    measure(
        {Metric.USAGE_DIFFERENCES: len(report.differences), Metric.USAGE_OVERDUE: report.overdue}
    )
