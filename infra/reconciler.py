"""What actions wait for: the outbox by the table's stream, and a schedule for what is due."""

from aws_cdk import Duration
from aws_cdk.aws_events import Rule, Schedule
from aws_cdk.aws_events_targets import LambdaFunction
from aws_cdk.aws_lambda import FilterCriteria, FilterRule, StartingPosition
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq
from constructs import Construct

from infra.actions import Actions
from infra.parts.acknowledged import acknowledge
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.parts.queue import DeadLetters
from infra.tables import DUE_ACTIONS, Tables

_OUTBOX = "OUTBOX#"
_EVERY = Duration.minutes(1)


class Reconciler(Construct):
    """Queues work as soon as it is written, and again when nobody has finished it in time."""

    def __init__(
        self, scope: Construct, name: str, platform: Platform, *, tables: Tables, actions: Actions
    ) -> None:
        super().__init__(scope, name)
        function = Function(
            self, "reconciler", platform, timeout=Duration.minutes(1), memory_mb=512
        )
        tables.actions.read_by(function)
        tables.actions.index_read_by(function, DUE_ACTIONS)
        actions.queued_by(function)
        given_up = DeadLetters(self, "GivenUp", platform.monitoring)
        acknowledge(given_up, "SQS3", "It holds what the stream gave up: it is the dead letters.")
        outbox = {"sk": {"S": FilterRule.begins_with(_OUTBOX)}}
        function.add_event_source(
            DynamoEventSource(
                tables.actions.resource,
                starting_position=StartingPosition.TRIM_HORIZON,
                batch_size=100,
                report_batch_item_failures=True,
                retry_attempts=10,
                on_failure=SqsDlq(given_up.queue),
                filters=[FilterCriteria.filter({"dynamodb": {"Keys": outbox}})],
            )
        )
        Rule(self, "Every", schedule=Schedule.rate(_EVERY), targets=[LambdaFunction(function)])
