"""What is measured of documents on their way: how long messages wait, and how long it all takes."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from helpdesk.clock import Clock, utc_now
from helpdesk.documents import Document
from helpdesk.metric_names import Dimension, Metric
from helpdesk.telemetry import log, measure

Queue = Literal["ingestion", "embedding"]


def batch_taken(queue: Queue, sent_ms: Iterable[str], now: Clock = utc_now) -> None:
    """How long the oldest message of a batch has waited, tries included.

    ``sent_ms`` are SQS's own SentTimestamps: milliseconds since 1970.
    """
    waited_ms = now().timestamp() * 1000 - min(map(int, sent_ms))
    # The clocks of two machines differ by a little.
    measure({Metric.QUEUE_AGE: max(0.0, waited_ms / 1000)}, {Dimension.QUEUE: queue})


def version_published(document: Document, took: timedelta) -> None:
    """How long a version took from the start of its reading until it was retrieved."""
    log(
        "document_ready",
        tenant=document.tenant,
        document=document.id,
        version=document.version,
        chunks=document.chunks,
        duration_ms=round(took.total_seconds() * 1000),
    )
    measure({Metric.DOCUMENT_DURATION: took.total_seconds()})
