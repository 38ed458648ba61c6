"""The billing queue: jobs arrive as they were sent, and a queue that is gone says so."""

import pytest

from helpdesk.adapters.sqs_billing_queue import SQSBillingQueue
from helpdesk.clock import utc_now
from helpdesk.errors import HelpdeskError
from helpdesk.events import BillingJob
from helpdesk.ids import TenantId, new_id
from tests.fakes.billing_queue import MemoryBillingQueue


@pytest.fixture
def queue_url(cloud):
    """A queue of the test's own."""
    if not cloud:
        return None
    return cloud.client("sqs").create_queue(QueueName=new_id("queue", utc_now()))["QueueUrl"]


@pytest.fixture
def queue(cloud, queue_url):
    return SQSBillingQueue(cloud.client("sqs"), queue_url) if cloud else MemoryBillingQueue()


@pytest.fixture
def arrived(cloud, queue, queue_url):
    """What arrives until nothing more does."""

    def of_cloud():
        sqs = cloud.client("sqs")
        while found := sqs.receive_message(QueueUrl=queue_url).get("Messages"):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=found[0]["ReceiptHandle"])
            yield BillingJob.model_validate_json(found[0]["Body"])

    return lambda: list(of_cloud()) if cloud else list(queue.jobs)


def test_jobs_arrive_as_they_were_sent(queue, arrived):
    sent = [
        BillingJob(job="export", id=new_id("exp", utc_now())),
        BillingJob(job="check", after=TenantId(new_id("ten", utc_now()))),
        BillingJob(job="close"),
    ]

    for job in sent:
        queue.send(job)

    assert sorted(map(repr, arrived())) == sorted(map(repr, sent))


@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_a_queue_that_is_gone_is_an_error(cloud, queue, queue_url):
    cloud.client("sqs").delete_queue(QueueUrl=queue_url)

    with pytest.raises(HelpdeskError):
        queue.send(BillingJob(job="close"))
