"""The metering function: what the tables' streams tell becomes domain events."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from helpdesk import telemetry, wiring
from helpdesk.domain_events import Change
from helpdesk.errors import Unavailable
from helpdesk.metric_names import Metric


def handler(event: dict[str, Any], _: object) -> Mapping[str, Any]:
    """Reads one batch of a stream; what fails is handed back, to come again from there."""
    records = event["Records"]
    changes: list[Change] = []
    change_of = wiring.change_of()

    def read(record: DynamoDBRecord) -> None:
        try:
            change = change_of(record.raw_event)
        except Exception as error:
            telemetry.log_crash(error)
            raise
        if change:
            changes.append(change)

    processor = BatchProcessor(
        event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False
    )
    with processor(records, read):
        processor.process()
    try:
        published = wiring.announcer().announce(changes)
    except Unavailable as error:
        telemetry.log("events_unpublished", code=error.code, count=len(records))
        return _all_failed(records)
    telemetry.log("events_published", count=published, failed=len(processor.fail_messages))
    telemetry.measure({Metric.DOMAIN_EVENTS: published})
    return processor.response()


def _all_failed(records: list[dict[str, Any]]) -> dict[str, Any]:
    # A stream is read again from its first failed record on.
    first = records[0]["dynamodb"]["SequenceNumber"]
    return {"batchItemFailures": [{"itemIdentifier": first}]}
