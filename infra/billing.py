"""Months are checked, drafted, closed and exported: schedules, queue, function, alarms."""

from aws_cdk import Duration
from aws_cdk.aws_events import Rule, RuleTargetInput, Schedule
from aws_cdk.aws_events_targets import SqsQueue
from constructs import Construct

from infra.archive import Archive
from infra.domain_events import DomainEvents
from infra.parts import metrics
from infra.parts.function import Function
from infra.parts.monitoring import Monitoring
from infra.parts.platform import Platform
from infra.parts.queue import WorkQueue
from infra.tables import Tables

# All that Lambda gives: an export that needs longer queues itself again.
_TIMEOUT = Duration.minutes(15)

# One whole processor, and room for DuckDB beside Python.
_MEMORY_MB = 2048

# The parts of an export are written to disk before they are sent.
_DISK_GB = 4

# A job takes as long as it takes; another one needs not wait for it.
_BATCH = 1
_CONCURRENCY = 2
_OLDEST = Duration.hours(2)

_JOBS = {
    "check": Schedule.rate(Duration.hours(1)),
    "storage": Schedule.cron(hour="0", minute="20"),
    "draft": Schedule.cron(hour="5", minute="0"),
    "close": Schedule.cron(hour="6", minute="30"),
}
"""When which job is due, in UTC. A month is closed on the first day of the next, after the storage
of its last day is counted; on later days what was missed, or has failed."""

_WATCHED = {
    "UsageDifference": (
        "billing",
        metrics.USAGE_DIFFERENCES,
        "The accounts are not what the ledger adds up to: the log says where. Rebuild.",
    ),
    "UsageConflict": (
        "api",
        metrics.USAGE_CONFLICTS,
        "A usage event came again with other content: the log says which.",
    ),
    "ExportFailed": (
        "billing",
        metrics.EXPORTS_FAILED,
        "An export has failed, or a month is not closed: the export says why.",
    ),
    "PeriodDiffers": (
        "billing",
        metrics.BILLING_DIFFERENCES,
        "Ledger, accounts, files and invoices of a month differ: the log says where.",
    ),
}
"""Alarms by name: which service counts what, and what that means."""


class Billing(Construct):
    """One worker for all that has to do with whole months; whatever it does, it may do again.

    Schedules speak to the queue, too: three tries and dead letters are the same for all jobs.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        archive: Archive,
        events: DomainEvents,
    ) -> None:
        super().__init__(scope, name)
        stage = platform.stage
        self._months = WorkQueue(
            self,
            "Months",
            platform.monitoring,
            worker_timeout=_TIMEOUT,
            oldest=_OLDEST,
            why_old="Finance waits for its months: the workers fail or are too few.",
        )
        function = Function(
            self,
            "billing",
            platform,
            timeout=_TIMEOUT,
            memory_mb=_MEMORY_MB,
            disk_gb=_DISK_GB,
            layers=[platform.layers.of_billing],
            environment={
                "SELLER_NAME": stage.seller_name,
                "SELLER_ADDRESS": stage.seller_address,
                "SELLER_TAX_ID": stage.seller_tax_id,
            },
        )
        tables.metered_by(function)
        tables.books.written_by(function)
        tables.knowledge.read_by(function)
        archive.written_by(function)
        events.published_by(function)
        self.queued_by(function)
        self._months.worked_by(function, batch_size=_BATCH, max_concurrency=_CONCURRENCY)
        for job, due in _JOBS.items():
            message = RuleTargetInput.from_object({"job": job})
            target = SqsQueue(self._months.queue, message=message)
            Rule(self, job.capitalize(), schedule=due, targets=[target])
        self._watch(platform.monitoring)

    def queued_by(self, function: Function) -> None:
        """Lets a function ask for jobs."""
        self._months.queue.grant_send_messages(function)
        function.add_environment("BILLING_QUEUE_URL", self._months.queue.queue_url)

    def _watch(self, monitoring: Monitoring) -> None:
        """Of money a single difference is too many."""
        for name, (service, metric, why) in _WATCHED.items():
            monitoring.alarm(self, name, metrics.counted_by(service, metric), above=0, why=why)
