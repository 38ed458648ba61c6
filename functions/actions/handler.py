"""The actions function: takes the next steps of the actions that the queue names."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from helpdesk import telemetry, wiring
from helpdesk.events import ActionWork

# Batches hold one message: the queue keeps an order's work in order.
_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Names the message, if it is to come again."""
    return process_partial_response(event, _take, _processor, context)


def _take(record: SQSRecord) -> None:
    work = ActionWork.model_validate_json(record.body)
    try:
        action = wiring.execution().run(work.tenant, work.action)
    except Exception as error:
        telemetry.log_crash(error, tenant=work.tenant, action=work.action)
        raise
    if action:
        telemetry.log(
            "action_moved",
            tenant=work.tenant,
            action=work.action,
            action_status=action.status.value,
            attempt=action.attempts,
        )
