"""The webhooks function: events become deliveries, and each minute what is due is looked at."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from helpdesk import wiring
from helpdesk.events import DomainEvent
from helpdesk.telemetry import log, log_crash

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Names the messages that are to come again; the schedule's event holds none."""
    if "Records" not in event:
        log("lanes_woken", count=wiring.fan_out().wake())
        return {"batchItemFailures": []}
    return process_partial_response(event, _spread, _processor, context)


def _spread(record: SQSRecord) -> None:
    try:
        event = DomainEvent.model_validate(record.json_body["detail"])
        count = wiring.fan_out().spread(event)
    except Exception as error:
        log_crash(error, message_id=record.message_id)
        raise
    log("event_spread", tenant=event.tenant, event_id=event.id, count=count)
