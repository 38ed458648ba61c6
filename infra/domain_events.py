"""What has happened to a tenant's things, for whoever listens."""

from aws_cdk import Duration
from aws_cdk.aws_events import EventBus, EventPattern, Match
from constructs import Construct

from infra.parts.function import Function
from infra.stages import Stage


class DomainEvents(Construct):
    """A bus of the product's own, with an archive where the stage keeps one."""

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self.bus = EventBus(self, "Bus")
        if stage.event_archive_days:
            self.bus.archive(
                "Archive",
                event_pattern=EventPattern(source=Match.prefix("")),
                retention=Duration.days(stage.event_archive_days),
            )

    def published_by(self, function: Function) -> None:
        """Lets a function publish."""
        self.bus.grant_put_events_to(function)
        function.add_environment("EVENT_BUS_NAME", self.bus.event_bus_name)
