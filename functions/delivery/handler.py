"""The delivery function: works on the lanes that messages name."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from helpdesk import wiring
from helpdesk.events import DeliveryDue
from helpdesk.telemetry import log_crash

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Names the messages that are to come again."""
    return process_partial_response(event, _work, _processor, context)


def _work(record: SQSRecord) -> None:
    try:
        wiring.delivering().work(DeliveryDue.model_validate_json(record.body))
    except Exception as error:
        log_crash(error, message_id=record.message_id)
        raise
