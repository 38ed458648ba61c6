"""Tenants are told what has happened: rule, queue, function, and a schedule for what is due."""

from aws_cdk import Duration
from aws_cdk.aws_events import EventPattern, Rule, Schedule
from aws_cdk.aws_events_targets import LambdaFunction, SqsQueue
from constructs import Construct

from infra.delivery import Delivery
from infra.domain_events import DomainEvents
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.parts.queue import WorkQueue
from infra.tables import DUE_LANES, Tables

_SOURCE = "helpdesk"
_TIMEOUT = Duration.minutes(1)
_BATCH = 10
_EVERY = Duration.minutes(1)


class Webhooks(Construct):
    """Makes each event a delivery for each webhook that wants it.

    The rule's target is a queue, not the function: three tries and dead letters are the same as
    for all work, and a burst of events does not take the account's concurrency.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        events: DomainEvents,
        delivery: Delivery,
    ) -> None:
        super().__init__(scope, name)
        happened = WorkQueue(
            self,
            "Happened",
            platform.monitoring,
            worker_timeout=_TIMEOUT,
            why_old="Tenants are not told what happened: the workers fail or are too few.",
        )
        function = Function(self, "webhooks", platform, timeout=_TIMEOUT, memory_mb=512)
        tables.webhooks.written_by(function)
        tables.webhooks.index_read_by(function, DUE_LANES)
        delivery.queued_by(function)
        happened.worked_by(
            function,
            batch_size=_BATCH,
            max_concurrency=platform.stage.throughput.webhook_concurrency,
        )
        Rule(
            self,
            "Happens",
            event_bus=events.bus,
            event_pattern=EventPattern(source=[_SOURCE]),
            targets=[SqsQueue(happened.queue)],
        )
        Rule(self, "Every", schedule=Schedule.rate(_EVERY), targets=[LambdaFunction(function)])
