"""What agents do at tenants' systems: a FIFO queue per order, and a function that does it once."""

from aws_cdk import Duration
from constructs import Construct

from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.parts.queue import WorkQueue
from infra.secrets import Secrets
from infra.tables import Tables

# An endpoint has 10 seconds and a look-up as many again; an attempt is its worker's for 30.
_TIMEOUT = Duration.seconds(45)

# An endpoint that hangs delays nobody else's messages.
_BATCH = 1


class Actions(Construct):
    """Takes actions' steps, one after the other for an order. Nothing depends on a message coming
    once: the table decides who may call."""

    def __init__(
        self, scope: Construct, name: str, platform: Platform, *, tables: Tables, secrets: Secrets
    ) -> None:
        super().__init__(scope, name)
        stage = platform.stage
        self._work = WorkQueue(
            self,
            "Work",
            platform.monitoring,
            worker_timeout=_TIMEOUT,
            fifo=True,
            why_old="Customers wait for what they asked for: the workers fail or are too few.",
        )
        function = Function(
            self,
            "actions",
            platform,
            timeout=_TIMEOUT,
            memory_mb=512,
            environment={"PRIVATE_ENDPOINTS": str(stage.private_endpoints).lower()},
        )
        tables.actions.written_by(function)
        tables.conversations.written_by(function)
        tables.metered_by(function)
        secrets.signing_read_by(function)
        self._work.worked_by(
            function,
            batch_size=_BATCH,
            max_concurrency=stage.throughput.action_concurrency,
        )
        # Steps and their parents queue work on each other.
        self.queued_by(function)

    def queued_by(self, function: Function) -> None:
        """Lets a function queue work on actions."""
        self._work.queue.grant_send_messages(function)
        function.add_environment("ACTION_QUEUE_URL", self._work.queue.queue_url)
