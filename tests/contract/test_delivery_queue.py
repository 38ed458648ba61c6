"""The delivery queue: a lane's messages one at a time and in order, what was just sent once."""

import pytest

from helpdesk.adapters.sqs_delivery_queue import SQSDeliveryQueue
from helpdesk.clock import utc_now
from helpdesk.events import DeliveryDue
from helpdesk.ids import WebhookId, new_id
from tests.contract.examples import a_tenant_id
from tests.fakes.delivery_queue import MemoryDeliveryQueue


@pytest.fixture
def queue_url(cloud):
    """A queue of the test's own."""
    if not cloud:
        return None
    name = f"{new_id('queue', utc_now())}.fifo"
    made = cloud.client("sqs").create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    return made["QueueUrl"]


@pytest.fixture
def queue(cloud, queue_url):
    return SQSDeliveryQueue(cloud.client("sqs"), queue_url) if cloud else MemoryDeliveryQueue()


@pytest.fixture
def arrived(cloud, queue, queue_url):
    """What arrives until nothing more does, each message done before the next is asked for."""

    def of_cloud():
        sqs = cloud.client("sqs")
        while found := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=1).get(
            "Messages"
        ):
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=found[0]["ReceiptHandle"])
            yield DeliveryDue.model_validate_json(found[0]["Body"])

    return lambda: list(of_cloud()) if cloud else list(queue.messages)


def a_message(tenant, number, lane="conv_1"):
    return DeliveryDue(
        tenant=tenant, webhook=WebhookId("wh_1"), lane=lane, cause=f"evt_{number:04}:1"
    )


def test_a_lanes_messages_arrive_in_order(queue, arrived):
    tenant = a_tenant_id()
    lanes = ["conv_1", "a subject with spaces, " + "ü" * 200]
    sent = [a_message(tenant, number, lanes[number % 2]) for number in range(23)]

    queue.send(sent)

    found = arrived()
    assert len(found) == len(sent)
    for lane in lanes:
        ours = [each for each in sent if each.lane == lane]
        assert [each for each in found if each.lane == lane] == ours


def test_what_was_just_sent_is_not_sent_again(queue, arrived):
    tenant = a_tenant_id()
    one, two = a_message(tenant, 1), a_message(tenant, 2)

    queue.send([one, one])
    queue.send([two, one])

    assert arrived() == [one, two]


def test_the_same_cause_in_another_lane_or_tenant_is_another_message(queue, arrived):
    tenant = a_tenant_id()
    sent = [
        a_message(tenant, 1),
        a_message(tenant, 1, lane="conv_2"),
        a_message(a_tenant_id(), 1),
    ]

    queue.send(sent)

    assert sorted(map(repr, arrived())) == sorted(map(repr, sent))


def test_nothing_to_send_is_nothing_sent(queue, arrived):
    queue.send([])

    assert arrived() == []


@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_while_one_is_worked_on_its_lane_waits(cloud, queue, queue_url):
    tenant = a_tenant_id()
    queue.send([a_message(tenant, 1), a_message(tenant, 2), a_message(tenant, 3, lane="conv_2")])
    sqs = cloud.client("sqs")

    taken = [
        DeliveryDue.model_validate_json(each["Body"])
        for _ in range(3)
        for each in sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=1).get(
            "Messages", []
        )
    ]

    assert sorted(each.lane for each in taken) == ["conv_1", "conv_2"]
