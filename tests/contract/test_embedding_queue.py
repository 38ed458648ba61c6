"""The embedding queue: every job arrives, whole, under its tenant."""

import pytest

from helpdesk.adapters.sqs_embedding_queue import SQSEmbeddingQueue
from helpdesk.clock import utc_now
from helpdesk.events import EmbeddingJob, JobPassage
from helpdesk.ids import DocumentId, new_id
from tests.contract.examples import a_tenant_id
from tests.fakes.embedding_queue import MemoryEmbeddingQueue


@pytest.fixture
def queue_url(cloud):
    """A queue of the test's own."""
    if not cloud:
        return None
    return cloud.client("sqs").create_queue(QueueName=new_id("queue", utc_now()))["QueueUrl"]


@pytest.fixture
def queue(cloud, queue_url):
    return SQSEmbeddingQueue(cloud.client("sqs"), queue_url) if cloud else MemoryEmbeddingQueue()


@pytest.fixture
def arrived(cloud, queue, queue_url):
    """What arrived: the jobs, and the group of each."""

    def messages():
        sqs = cloud.client("sqs")
        while found := sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            yield from found

    def of_cloud():
        return [
            (EmbeddingJob.model_validate_json(each["Body"]), each["Attributes"]["MessageGroupId"])
            for each in messages()
        ]

    return of_cloud if cloud else lambda: [(job, job.tenant) for job in queue.jobs]


def a_job(tenant, batch, characters=2000):
    passages = (
        JobPassage(position=batch, text="ü" * (characters // 2), heading="Returns", page=3),
    )
    return EmbeddingJob(
        tenant=tenant, document=DocumentId("doc_1"), version=1, batch=batch, passages=passages
    )


def test_all_jobs_arrive_under_their_tenants(queue, arrived):
    one, two = a_tenant_id(), a_tenant_id()
    jobs = [a_job(one if batch % 2 else two, batch) for batch in range(23)]

    queue.send(jobs)

    found = sorted(arrived(), key=lambda each: each[0].batch)
    assert found == [(job, job.tenant) for job in jobs]


def test_large_jobs_go_in_calls_of_their_own(queue, arrived):
    tenant = a_tenant_id()
    jobs = [a_job(tenant, batch, 100_000) for batch in range(8)]

    queue.send(jobs)

    assert len(arrived()) == len(jobs)


def test_nothing_to_send_is_nothing_sent(queue, arrived):
    queue.send([])

    assert arrived() == []
