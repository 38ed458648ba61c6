"""Passages become searchable: queue, function, index."""

from aws_cdk import Duration
from constructs import Construct

from infra.models import Models
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.parts.queue import WorkQueue
from infra.retrieval import PassageIndex
from infra.tables import Tables

_TIMEOUT = Duration.minutes(1)
_BATCH = 5


class Embedding(Construct):
    """Embeds each text once, indexes it and publishes the version when it is whole.

    The function's concurrency is the bulkhead between tenants' uploads and the embedding model.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        index: PassageIndex,
        models: Models,
    ) -> None:
        super().__init__(scope, name)
        self.jobs = WorkQueue(self, "Jobs", platform.monitoring, worker_timeout=_TIMEOUT)
        function = Function(self, "embedding", platform, timeout=_TIMEOUT, memory_mb=1024)
        tables.knowledge.written_by(function)
        tables.metered_by(function)
        index.written_by(function)
        models.embed_for(function)
        self.jobs.worked_by(
            function,
            batch_size=_BATCH,
            max_concurrency=platform.stage.throughput.embedding_concurrency,
        )

    def queued_by(self, function: Function) -> None:
        """Lets a function queue embedding jobs."""
        self.jobs.queue.grant_send_messages(function)
        function.add_environment("EMBEDDING_QUEUE_URL", self.jobs.queue.queue_url)
