"""The functions as Lambda calls them."""

import json

import pytest

from functions.delivery.handler import handler as delivery
from functions.webhooks.handler import handler as webhooks
from helpdesk import wiring
from helpdesk.webhooks import DeliveryStatus
from tests.contract.webhook_examples import an_event


@pytest.fixture(autouse=True)
def wired(world, monkeypatch):
    monkeypatch.setattr(wiring, "fan_out", lambda: world.fan_out)
    monkeypatch.setattr(wiring, "delivering", lambda: world.delivering)


def records(*bodies):
    return {
        "Records": [
            {"messageId": str(number), "eventSource": "aws:sqs", "body": body}
            for number, body in enumerate(bodies)
        ]
    }


def as_eventbridge_tells(event):
    told = {
        "source": "helpdesk",
        "detail-type": event.type,
        "detail": event.model_dump(mode="json"),
    }
    return json.dumps(told)


def test_an_event_of_the_bus_is_delivered(world):
    webhook, event = world.register(), an_event(world.tenant, 1)

    assert webhooks(records(as_eventbridge_tells(event)), None) == {"batchItemFailures": []}
    messages = [message.model_dump_json() for message in world.queue.messages]
    assert delivery(records(*messages), None) == {"batchItemFailures": []}

    assert world.receiver.ids == [event.id]
    assert [each.status for each in world.log(webhook)] == [DeliveryStatus.DELIVERED]


@pytest.mark.parametrize("function", [webhooks, delivery])
def test_a_message_that_can_not_be_read_is_named_alone(world, function, capsys):
    world.register()
    good = as_eventbridge_tells(an_event(world.tenant, 1))

    answer = function(records("{}", good) if function is webhooks else records("{}"), None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    assert len(world.queue.messages) == (1 if function is webhooks else 0)
    assert "unexpected_error" in capsys.readouterr().err


def test_the_schedule_wakes_what_is_due(world):
    world.register()
    webhooks(records(as_eventbridge_tells(an_event(world.tenant, 1))), None)
    world.queue.forget()

    assert webhooks({"source": "aws.events", "detail-type": "Scheduled Event"}, None) == {
        "batchItemFailures": []
    }

    assert len(world.queue.messages) == 1
