"""Uploads become passages: bucket, queue, function."""

from aws_cdk import Duration
from constructs import Construct

from infra.embedding import Embedding
from infra.parts.function import Function
from infra.parts.platform import Platform
from infra.tables import Tables
from infra.uploads import Uploads

TIMEOUT = Duration.minutes(2)

_BATCH = 5


class Ingestion(Construct):
    """Reads what was uploaded, cuts it into passages and queues them for embedding."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        platform: Platform,
        *,
        tables: Tables,
        uploads: Uploads,
        embedding: Embedding,
    ) -> None:
        super().__init__(scope, name)
        # Parsing is bound to one processor, and holds a document of up to 50 MB several times.
        function = Function(self, "ingestion", platform, timeout=TIMEOUT, memory_mb=2048)
        tables.knowledge.written_by(function)
        uploads.read_by(function)
        embedding.queued_by(function)
        uploads.arrivals.worked_by(
            function,
            batch_size=_BATCH,
            max_concurrency=platform.stage.throughput.ingestion_concurrency,
        )
