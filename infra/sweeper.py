"""What nobody finished: a schedule and a function."""

from aws_cdk import Duration
from aws_cdk.aws_events import Rule, Schedule
from aws_cdk.aws_events_targets import LambdaFunction
from constructs import Construct

from infra.models import Models
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.tables import OPEN_TURNS, Tables

_EVERY = Duration.minutes(5)


class Sweeper(Construct):
    """Settles turns that were claimed and never ended, so that each is billed once."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        models: Models,
    ) -> None:
        super().__init__(scope, name)
        function = Function(self, "sweeper", platform, timeout=Duration.minutes(1), memory_mb=512)
        tables.conversations.written_by(function)
        tables.conversations.index_read_by(function, OPEN_TURNS)
        tables.metered_by(function)
        models.price_for(function)
        Rule(self, "Every", schedule=Schedule.rate(_EVERY), targets=[LambdaFunction(function)])
