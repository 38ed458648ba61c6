"""The embedding function: jobs are embedded and indexed; the last one publishes its version."""

from typing import Any

from aws_lambda_powertools.utilities.batch.types import (
    PartialItemFailureResponse,
    PartialItemFailures,
)
from aws_lambda_powertools.utilities.data_classes import SQSEvent
from pydantic import ValidationError

from helpdesk import wiring
from helpdesk.events import EmbeddingJob
from helpdesk.pipeline_telemetry import batch_taken
from helpdesk.telemetry import log


def handler(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Names the messages that are to come again. All jobs go together, so that batches are full."""
    records = list(SQSEvent(event).records)
    batch_taken("embedding", (record.attributes.sent_timestamp for record in records))
    jobs: dict[str, EmbeddingJob] = {}
    failed: list[str] = []
    for record in records:
        try:
            jobs[record.message_id] = EmbeddingJob.model_validate_json(record.body)
        except ValidationError:
            log("job_not_understood", message_id=record.message_id)
            failed.append(record.message_id)
    undone = wiring.embedding().embed(list(jobs.values()))
    failed += [message for message, job in jobs.items() if job in undone]
    log("jobs_done", count=len(jobs), passages=sum(len(job.passages) for job in jobs.values()))
    return {"batchItemFailures": [_failure(message) for message in failed]}


def _failure(message: str) -> PartialItemFailures:
    return {"itemIdentifier": message}
