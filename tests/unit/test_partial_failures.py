"""Queue and bus when AWS takes a part of a batch only."""

import boto3
import pytest
from botocore.stub import ANY, Stubber

from helpdesk.adapters.eventbridge_bus import EventBridgeBus
from helpdesk.adapters.partial_failures import send_all
from helpdesk.adapters.sqs_embedding_queue import SQSEmbeddingQueue
from helpdesk.clock import utc_now
from helpdesk.errors import HelpdeskError, PayloadTooLarge, Unavailable
from helpdesk.events import DomainEvent, EmbeddingJob, JobPassage
from helpdesk.ids import DocumentId, TenantId

TENANT = TenantId("ten_1")
URL = "https://sqs.us-east-1.amazonaws.com/1/jobs"


def a_client(service):
    return boto3.client(
        service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture
def sqs():
    client = a_client("sqs")
    with Stubber(client) as stub:
        yield stub, SQSEmbeddingQueue(client, URL)
        stub.assert_no_pending_responses()


@pytest.fixture
def bus():
    client = a_client("events")
    with Stubber(client) as stub:
        yield stub, EventBridgeBus(client, "bus")
        stub.assert_no_pending_responses()


def a_job(batch, characters=10):
    return EmbeddingJob(
        tenant=TENANT,
        document=DocumentId("doc_1"),
        version=1,
        batch=batch,
        passages=(JobPassage(position=0, text="x" * characters),),
    )


def an_event(number):
    return DomainEvent(
        id=f"evt_{number}",
        type="document.ready",
        tenant=TENANT,
        subject="doc_1",
        occurred_at=utc_now(),
        data={},
    )


def entry(number, job):
    return {"Id": str(number), "MessageBody": job.model_dump_json(), "MessageGroupId": TENANT}


def taken(*numbers):
    return [{"Id": str(n), "MessageId": f"m{n}", "MD5OfMessageBody": "x"} for n in numbers]


def failed(*numbers, sender=False):
    return [{"Id": str(n), "SenderFault": sender, "Code": "InternalError"} for n in numbers]


def test_what_was_not_taken_is_sent_again_and_nothing_else():
    calls = []

    def send(entries):
        calls.append(list(entries))
        return [each for each in entries if each % 2 and len(calls) < 3]

    send_all([1, 2, 3], send, "The queue", pause=lambda _: None)

    assert calls == [[1, 2, 3], [1, 3], [1, 3]]


def test_what_is_never_taken_ends_as_unavailable():
    pauses: list[float] = []

    with pytest.raises(Unavailable):
        send_all([1], lambda entries: entries, "The queue", pauses.append, chance=lambda: 1.0)

    assert len(pauses) == 4
    assert sum(pauses) < 5


def test_the_queue_sends_failed_jobs_again(sqs):
    stub, queue = sqs
    jobs = [a_job(number) for number in range(3)]
    stub.add_response("send_message_batch", {"Successful": taken(0, 2), "Failed": failed(1)})
    stub.add_response(
        "send_message_batch",
        {"Successful": taken(1), "Failed": []},
        {"QueueUrl": URL, "Entries": [entry(1, jobs[1])]},
    )

    queue.send(jobs)


def test_a_job_that_the_queue_refuses_for_good_is_not_sent_again(sqs):
    stub, queue = sqs
    refused = failed(0, sender=True)
    stub.add_response("send_message_batch", {"Successful": [], "Failed": refused})

    with pytest.raises(HelpdeskError):
        queue.send([a_job(0)])


def test_calls_stay_within_ten_jobs_and_one_mebibyte(sqs):
    stub, queue = sqs
    many = [a_job(number) for number in range(11)]
    large = [a_job(number, 500_000) for number in range(11, 14)]
    calls = [many[:10], [many[10], *large[:2]], large[2:]]
    number = 0
    for jobs in calls:
        entries = [entry(number + place, job) for place, job in enumerate(jobs)]
        answer = {"Successful": taken(*range(len(jobs))), "Failed": []}
        stub.add_response("send_message_batch", answer, {"QueueUrl": URL, "Entries": entries})
        number += len(jobs)

    queue.send(many + large)


def test_of_jobs_with_one_that_is_too_large_none_is_sent(sqs):
    _, queue = sqs

    with pytest.raises(PayloadTooLarge):
        queue.send([a_job(0), a_job(1, 1024 * 1024)])


def test_the_bus_publishes_failed_events_again(bus):
    stub, events = bus
    stub.add_response(
        "put_events",
        {"FailedEntryCount": 1, "Entries": [{"EventId": "a"}, {"ErrorCode": "Throttling"}]},
    )
    detail = {"EventBusName": "bus", "Source": "helpdesk", "DetailType": "document.ready"}
    second = an_event(2)
    stub.add_response(
        "put_events",
        {"FailedEntryCount": 0, "Entries": [{"EventId": "b"}]},
        {"Entries": [{**detail, "Time": ANY, "Detail": second.model_dump_json()}]},
    )

    events.publish([an_event(1), second])


def test_events_go_in_tens(bus):
    stub, events = bus
    for size in (10, 10, 3):
        stub.add_response(
            "put_events",
            {"FailedEntryCount": 0, "Entries": [{"EventId": "a"}] * size},
            {"Entries": [ANY] * size},
        )

    events.publish([an_event(number) for number in range(23)])


def test_a_bus_that_does_not_answer_is_unavailable(bus):
    stub, events = bus
    stub.add_client_error("put_events", "InternalFailure", http_status_code=500)

    with pytest.raises(Unavailable):
        events.publish([an_event(1)])
