"""Deliveries reach the tenants' receivers: a FIFO queue of lanes, and a function that posts."""

from aws_cdk import Duration
from constructs import Construct

from infra.parts import metrics
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.parts.queue import WorkQueue
from infra.secrets import Secrets
from infra.tables import Tables

# A worker stays in a lane for 20 seconds, and what it then begins ends within 10.
_TIMEOUT = Duration.minutes(1)

# A receiver that hangs delays nobody else's messages.
_BATCH = 1


class Delivery(Construct):
    """Posts what waits, one worker at a time in a lane.

    A delivery that was tried for a day is dead: it stays in the log, from which its tenant replays
    it, and raises an alarm. The queue's own dead letters are what no worker could work on at all.
    """

    def __init__(
        self, scope: Construct, name: str, platform: Platform, *, tables: Tables, secrets: Secrets
    ) -> None:
        super().__init__(scope, name)
        stage = platform.stage
        self._lanes = WorkQueue(
            self,
            "Lanes",
            platform.monitoring,
            worker_timeout=_TIMEOUT,
            fifo=True,
            why_old="Webhooks are late: the workers fail or are too few.",
        )
        self.function = Function(
            self,
            "delivery",
            platform,
            timeout=_TIMEOUT,
            memory_mb=512,
            environment={"PRIVATE_ENDPOINTS": str(stage.private_endpoints).lower()},
        )
        tables.webhooks.written_by(self.function)
        tables.tenants.read_by(self.function)
        secrets.signing_read_by(self.function)
        self.queued_by(self.function)
        self._lanes.worked_by(
            self.function,
            batch_size=_BATCH,
            max_concurrency=stage.throughput.webhook_concurrency,
        )
        platform.monitoring.alarm(
            self,
            "Dead",
            metrics.counted_by("delivery", metrics.DEAD_DELIVERIES),
            above=0,
            why="A receiver took nothing for a day: the log says whose. Tell them to replay.",
        )

    def queued_by(self, function: Function) -> None:
        """Lets a function send workers into lanes."""
        self._lanes.queue.grant_send_messages(function)
        function.add_environment("DELIVERY_QUEUE_URL", self._lanes.queue.queue_url)
