"""Months are checked, drafted, closed and exported: schedules, queue, function, alarms."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk.aws_events import Rule, RuleTargetInput, Schedule
from aws_cdk.aws_events_targets import LambdaFunction
from constructs import Construct

from infra.archive import Archive
from infra.domain_events import DomainEvents
from infra.parts import metrics
from infra.parts.function import Function
from infra.parts.monitoring import Monitoring
from infra.parts.platform import Platform
from infra.parts.queue import WorkQueue
from infra.stages import Seller
from infra.tables import Tables

# All that Lambda gives: an export that needs longer queues itself again.
_TIMEOUT = Duration.minutes(15)

# One whole processor, and room for DuckDB beside Python.
_MEMORY_MB = 2048

# The parts of an export are written to disk before they are sent.
_DISK_GB = 4

# An export takes as long as it takes; another one needs not wait for it.
_BATCH = 1
_CONCURRENCY = 2
_OLDEST = Duration.hours(2)

_JOBS = {
    "check": Schedule.rate(Duration.hours(1)),
    "storage": Schedule.cron(hour="0", minute="20"),
    "draft": Schedule.cron(hour="5", minute="0"),
    "close": Schedule.cron(day="1", hour="6", minute="30"),
}
"""When which job is due, in UTC. A month is closed after the storage of its last day is counted."""

# The functions that write usage events by themselves, which may come again.
_RECORDERS = ("api", "embedding", "billing")


class Billing(Construct):
    """One worker for all that has to do with whole months; whatever it does, it may do again."""

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
        self._exports = WorkQueue(
            self,
            "Exports",
            platform.monitoring,
            worker_timeout=_TIMEOUT,
            oldest=_OLDEST,
            why_old="Finance waits for exports: the workers fail or are too few.",
        )
        function = Function(
            self,
            "billing",
            platform,
            timeout=_TIMEOUT,
            memory_mb=_MEMORY_MB,
            disk_gb=_DISK_GB,
            layers=[platform.layers.of_billing],
            environment=_written_on_invoices(platform.stage.seller),
        )
        tables.metered_by(function)
        tables.books.written_by(function)
        tables.knowledge.read_by(function)
        archive.written_by(function)
        events.published_by(function)
        self.queued_by(function)
        self._exports.worked_by(function, batch_size=_BATCH, max_concurrency=_CONCURRENCY)
        for job, due in _JOBS.items():
            told = RuleTargetInput.from_object({"job": job})
            Rule(
                self,
                job.capitalize(),
                schedule=due,
                targets=[LambdaFunction(function, event=told)],
            )
        self._watch(platform.monitoring)

    def queued_by(self, function: Function) -> None:
        """Lets a function ask for exports to be gone on with."""
        self._exports.queue.grant_send_messages(function)
        function.add_environment("BILLING_QUEUE_URL", self._exports.queue.queue_url)

    def _watch(self, monitoring: Monitoring) -> None:
        """Of money a single difference is too many."""
        monitoring.alarm(
            self,
            "UsageDifference",
            metrics.counted_by("billing", metrics.USAGE_DIFFERENCE),
            above=0,
            why="The accounts are not what the ledger adds up to: the log says where. Rebuild.",
        )
        monitoring.alarm(
            self,
            "UsageConflict",
            metrics.counted_by_any(_RECORDERS, metrics.USAGE_CONFLICT),
            above=0,
            why="A usage event came again with other content: the log says which.",
        )
        monitoring.alarm(
            self,
            "CloseFailed",
            metrics.counted_by("billing", metrics.CLOSE_FAILED),
            above=0,
            why="A month is not closed, or does not add up: the log says why.",
        )


def _written_on_invoices(seller: Seller) -> Mapping[str, str]:
    return {
        "SELLER_NAME": seller.name,
        "SELLER_ADDRESS": seller.address,
        "SELLER_TAX_ID": seller.tax_id,
    }
