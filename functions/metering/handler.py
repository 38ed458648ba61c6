"""The metering function: what the tables' streams tell is posted and becomes domain events."""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from helpdesk import telemetry, wiring
from helpdesk.domain_events import Change, UsageRecorded
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
    # Neither waits for the other: a bus that is down delays no bill. Both may be done again.
    done = _post(changes), _announce(changes, len(processor.fail_messages))
    return processor.response() if all(done) else _all_failed(records)


def _post(changes: Sequence[Change]) -> bool:
    usage = [change.event for change in changes if isinstance(change, UsageRecorded)]
    if not usage:
        return True
    try:
        outcome = wiring.posting_usage().post(usage)
    except Unavailable as error:
        telemetry.log("usage_unposted", code=error.code, count=len(usage))
        return False
    telemetry.log(
        "usage_posted", count=outcome.posted, late=outcome.late, repeated=outcome.repeated
    )
    telemetry.measure(
        {
            Metric.USAGE_POSTED: outcome.posted,
            Metric.USAGE_LATE: outcome.late,
            Metric.USAGE_REPEATED: outcome.repeated,
        }
    )
    return True


def _announce(changes: Sequence[Change], failed: int) -> bool:
    try:
        published = wiring.announcer().announce(changes)
    except Unavailable as error:
        telemetry.log("events_unpublished", code=error.code, count=len(changes))
        return False
    telemetry.log("events_published", count=published, failed=failed)
    telemetry.measure({Metric.DOMAIN_EVENTS: published})
    return True


def _all_failed(records: list[dict[str, Any]]) -> dict[str, Any]:
    # A stream is read again from its first failed record on.
    first = records[0]["dynamodb"]["SequenceNumber"]
    return {"batchItemFailures": [{"itemIdentifier": first}]}
