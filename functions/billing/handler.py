"""The billing function: jobs on whole months, from the queue and by schedule."""

from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from helpdesk import wiring
from helpdesk.clock import utc_now
from helpdesk.events import BillingJob
from helpdesk.telemetry import log, log_crash

_RESERVE = timedelta(minutes=2)
"""What is begun until then is finished in this time: a part of an export, a tenant's books."""


def handler(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Names the messages that are to come again; a schedule's event is a job itself."""
    until = utc_now() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - _RESERVE
    if "Records" not in event:
        _do(BillingJob.model_validate(event), until)
        return {"batchItemFailures": []}
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)

    def take(record: SQSRecord) -> None:
        _do(BillingJob.model_validate_json(record.body), until)

    return process_partial_response(event, take, processor, context)


def _do(job: BillingJob, until: datetime) -> None:
    try:
        wiring.billing_jobs().do(job, until)
    except Exception as error:
        log_crash(error, job=job.job)
        raise
    log("job_done", job=job.job)
