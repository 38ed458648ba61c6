"""The action queue: work arrives, and what belongs to one order is worked on by one at a time."""

from dataclasses import replace

import pytest

from helpdesk.adapters.sqs_action_queue import SQSActionQueue
from helpdesk.clock import utc_now
from helpdesk.events import ActionWork
from helpdesk.ids import new_id
from tests.contract.action_examples import a_proposal
from tests.contract.examples import a_tenant_id
from tests.fakes.action_queue import MemoryActionQueue


@pytest.fixture
def queue_url(cloud):
    """A FIFO queue of the test's own."""
    if not cloud:
        return None
    name = f"{new_id('queue', utc_now())}.fifo"
    attributes = {"FifoQueue": "true", "VisibilityTimeout": "30"}
    sqs = cloud.client("sqs")
    return sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


@pytest.fixture
def queue(cloud, queue_url):
    if not cloud:
        return MemoryActionQueue()
    return SQSActionQueue(cloud.client("sqs"), queue_url, utc_now)


@pytest.fixture
def received(cloud, queue, queue_url):
    """The next works that a worker is given; they stay its own."""

    def of_cloud():
        answer = cloud.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        works = [ActionWork.model_validate_json(m["Body"]) for m in answer.get("Messages", [])]
        return [(work.tenant, work.action) for work in works]

    return of_cloud if cloud else lambda: queue.sent


def an_action(tenant, order=None):
    return replace(a_proposal(tenant).after, order=order)


def test_all_work_arrives(queue, received):
    tenant = a_tenant_id()
    actions = [an_action(tenant, order=f"LF-{number}") for number in range(23)]

    queue.send(actions)

    found: set[object] = set()
    while new := set(received()) - found:
        found |= new
    assert found == {(tenant, action.id) for action in actions}


@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_work_on_one_order_waits_for_the_worker_who_has_it(cloud, queue, received, queue_url):
    tenant = a_tenant_id()
    first, second = (an_action(tenant, "LF-1042") for _ in range(2))
    elsewhere = an_action(a_tenant_id(), "LF-1042")
    queue.send([first])
    (taken,) = received()
    assert taken == (tenant, first.id)

    queue.send([second, elsewhere])

    assert received() == [(elsewhere.tenant, elsewhere.id)]


@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_work_that_is_queued_twice_at_once_comes_once(queue, received):
    action = an_action(a_tenant_id())
    queue.send([action])
    queue.send([action])
    assert len(received()) == 1


def test_nothing_is_queued_for_nothing(queue, received):
    queue.send([])
    assert received() == []
