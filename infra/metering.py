"""What was written becomes domain events: table streams, function, bus."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_lambda import FilterCriteria, FilterRule, StartingPosition
from aws_cdk.aws_lambda_event_sources import DynamoEventSource, SqsDlq
from constructs import Construct

from infra.domain_events import DomainEvents
from infra.parts.acknowledged import acknowledge
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.parts.queue import DeadLetters
from infra.parts.table import Table
from infra.tables import Tables

# How the sort keys begin of what has a story to tell: the knowledge table also holds cached
# vectors, far more of them than documents.
_DOCUMENTS = "DOCUMENT#"
_TURNS = "TURN#"
_CONVERSATIONS = "CONVERSATION#"
_ACTIONS = "ACTION#"

_AT_ONCE = 100

# The more events of a company are posted in one transaction, the less does each cost.
_USAGE_AT_ONCE = 500

_CLOSED = {"status": {"S": FilterRule.is_equal("closed")}}


class Metering(Construct):
    """Publishes what happened to documents, turns, conversations, actions and usage, at least once
    and in order."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        events: DomainEvents,
    ) -> None:
        super().__init__(scope, name)
        self._function = Function(
            self, "metering", platform, timeout=Duration.minutes(1), memory_mb=512
        )
        self._given_up = DeadLetters(self, "GivenUp", platform.monitoring)
        acknowledge(
            self._given_up, "SQS3", "It holds what the streams gave up: it is the dead letters."
        )
        events.published_by(self._function)
        tables.books.written_by(self._function)
        self._follow(tables.knowledge, _items(_DOCUMENTS))
        # Each turn writes its conversation's head, too: what matters is that one is closed or was.
        self._follow(
            tables.conversations,
            _items(_TURNS),
            _items(_CONVERSATIONS, NewImage=_CLOSED),
            _items(_CONVERSATIONS, OldImage=_CLOSED),
        )
        self._follow(tables.actions, _items(_ACTIONS))
        self._follow(tables.ledger, at_once=_USAGE_AT_ONCE)
        platform.monitoring.alarm(
            self,
            "Late",
            self._function.metric("IteratorAge", statistic="max", period=Duration.minutes(5)),
            above=Duration.minutes(5).to_milliseconds(),
            why="Usage and dashboards lag behind what happened.",
        )

    def _follow(self, table: Table, *filters: Mapping[str, Any], at_once: int = _AT_ONCE) -> None:
        """A record that fails is told apart by halving the batch, then set aside.

        A record matters that any of the filters lets through; without filters all do.
        """
        self._function.add_event_source(
            DynamoEventSource(
                table.resource,
                starting_position=StartingPosition.TRIM_HORIZON,
                batch_size=at_once,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                retry_attempts=10,
                on_failure=SqsDlq(self._given_up.queue),
                filters=list(filters) or None,
            )
        )


def _items(prefix: str, **images: Mapping[str, Any]) -> Mapping[str, Any]:
    """The filter of records of items whose sort keys begin so, and that looked or look so."""
    keys = {"sk": {"S": FilterRule.begins_with(prefix)}}
    return FilterCriteria.filter({"dynamodb": {"Keys": keys, **images}})
