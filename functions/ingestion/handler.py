"""The ingestion function: each upload that S3 announces is read, cut and queued."""

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes import SQSEvent
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from helpdesk import wiring
from helpdesk.documents import parse_object_key
from helpdesk.pipeline_telemetry import batch_taken
from helpdesk.telemetry import log, log_crash

_processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)


def handler(event: dict[str, Any], context: Any) -> PartialItemFailureResponse:
    """Names the messages that are to come again."""
    batch_taken("ingestion", (each.attributes.sent_timestamp for each in SQSEvent(event).records))
    return process_partial_response(event, _ingest, _processor, context)


def _ingest(record: SQSRecord) -> None:
    # S3 tests a new notification with a message that holds no records.
    if "Records" not in record.json_body:
        return
    for arrival in record.decoded_nested_s3_event.records:
        tenant, document, version = parse_object_key(arrival.s3.get_object.key)
        try:
            done = wiring.ingestion().ingest(tenant, document, version)
        except Exception as error:
            log_crash(error, tenant=tenant, document=document, version=version)
            raise
        if done is None:
            log("upload_dropped", tenant=tenant, document=document, version=version)
        elif done.failure:
            log("document_unreadable", tenant=tenant, document=document, code=done.failure)
        else:
            log("document_read", tenant=tenant, document=document, chunks=done.chunks)
