"""The event bus: every event reaches who listens, as it was published."""

import json
from datetime import UTC, datetime

import pytest

from helpdesk.adapters.eventbridge_bus import SOURCE, EventBridgeBus
from helpdesk.clock import utc_now
from helpdesk.events import DomainEvent, PlatformEvent
from helpdesk.ids import new_id
from tests.contract.examples import a_tenant_id
from tests.fakes.event_bus import MemoryEventBus

WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def bus_name():
    """A bus of the test's own."""
    return new_id("bus", utc_now())


@pytest.fixture
def bus(cloud, bus_name):
    if not cloud:
        return MemoryEventBus()
    cloud.client("events").create_event_bus(Name=bus_name)
    return EventBridgeBus(cloud.client("events"), bus_name)


@pytest.fixture
def heard(cloud, bus, bus_name):
    """What a listener hears: a queue behind a rule for all of our events."""
    if not cloud:
        return lambda: [(each.type, each) for each in bus.events if isinstance(each, DomainEvent)]
    sqs, events = cloud.client("sqs"), cloud.client("events")
    queue_url = sqs.create_queue(QueueName=bus_name)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    events.put_rule(
        Name="all", EventBusName=bus_name, EventPattern=json.dumps({"source": [SOURCE]})
    )
    target = {"Id": "queue", "Arn": asked["Attributes"]["QueueArn"]}
    events.put_targets(Rule="all", EventBusName=bus_name, Targets=[target])

    def envelopes():
        while found := sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1
        ).get("Messages"):
            yield from (json.loads(message["Body"]) for message in found)

    return lambda: [
        (each["detail-type"], DomainEvent.model_validate(each["detail"])) for each in envelopes()
    ]


def an_event(tenant, number):
    return DomainEvent(
        id=f"evt_{number:04}",
        type="document.ready" if number % 2 else "turn.settled",
        tenant=tenant,
        subject=f"doc_{number}",
        occurred_at=WHEN,
        data={"chunks": number, "title": "Rückgabe", "nested": {"n": None}},
    )


def test_who_listens_to_tenants_events_does_not_hear_the_platforms(bus, heard):
    platform = PlatformEvent(
        id="evt_1", type="billing.period_closed", subject="2026-10", occurred_at=WHEN, data={}
    )
    event = an_event(a_tenant_id(), 1)

    bus.publish([platform, event])

    assert heard() == [(event.type, event)]


def test_every_event_is_heard_as_it_was_published(bus, heard):
    events = [an_event(a_tenant_id(), number) for number in range(23)]

    bus.publish(events)

    found = sorted(heard(), key=lambda each: each[1].id)
    assert found == [(event.type, event) for event in events]
