"""The billing function: does the jobs on whole months that the queue names."""

from datetime import timedelta
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
    """Names the messages that are to come again."""
    until = utc_now() + timedelta(milliseconds=context.get_remaining_time_in_millis()) - _RESERVE

    def take(record: SQSRecord) -> None:
        try:
            job = BillingJob.model_validate_json(record.body)
            wiring.billing_jobs().do(job, until)
        except Exception as error:
            log_crash(error, message_id=record.message_id)
            raise
        log("job_done", job=job.job)

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, take, processor, context)
