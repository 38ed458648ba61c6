"""Subscriptions: what may be registered, and replays."""

from datetime import timedelta

import pytest

from helpdesk import subscriptions
from helpdesk.errors import Conflict, NotFound, ValidationFailed
from helpdesk.ids import TenantId, WebhookId
from helpdesk.subscriptions import MAX_WEBHOOKS, Replayed, Subscriptions
from tests.contract.webhook_examples import START, an_event


def delivered(world, count):
    """Events that were all delivered; the receiver forgets them."""
    found = [an_event(world.tenant, number) for number in range(count)]
    world.happen(*found)
    world.work()
    world.receiver.posted.clear()
    return found


def at(seconds):
    return START + timedelta(seconds=seconds)


def test_there_are_at_most_ten(world):
    for _ in range(MAX_WEBHOOKS):
        world.register()

    with pytest.raises(Conflict):
        world.register()


def test_only_public_https_urls_but_on_one_machine(world):
    with pytest.raises(ValidationFailed):
        world.register("http://127.0.0.1:8000/hook")

    here = Subscriptions(world.webhooks, world.deliveries, world.queue, world.now, True)
    assert here.create(world.tenant, "http://127.0.0.1:8000/hook", ["*"])


def test_a_range_is_replayed_in_order_under_the_same_ids(world):
    webhook = world.register()
    found = delivered(world, 5)

    replayed = world.subscriptions.replay_between(world.tenant, webhook.id, at(1), at(4))
    world.work()

    assert replayed == Replayed(3)
    assert world.receiver.ids == [each.id for each in found[1:4]]


def test_events_are_replayed_by_their_ids(world):
    webhook = world.register()
    found = delivered(world, 4)

    world.subscriptions.replay(world.tenant, webhook.id, [found[3].id, found[1].id])
    world.work()

    assert world.receiver.ids == [found[1].id, found[3].id]
    assert world.receiver.posted[0].headers["X-Helpdesk-Delivery"] == "2"


def test_a_replay_of_something_unknown_sends_nothing(world):
    webhook = world.register()
    found = delivered(world, 1)

    with pytest.raises(ValidationFailed):
        world.subscriptions.replay(world.tenant, webhook.id, [found[0].id, "evt_other"])
    world.work()

    assert world.receiver.posted == []


def test_more_than_one_call_replays_says_where_to_go_on(world, monkeypatch):
    monkeypatch.setattr(subscriptions, "MAX_REPLAYED", 2)
    webhook = world.register()
    found = delivered(world, 3)

    first = world.subscriptions.replay_between(world.tenant, webhook.id, at(0), at(9))
    assert first == Replayed(2, at(2))
    world.subscriptions.replay_between(world.tenant, webhook.id, first.next_from, at(9))
    world.work()

    assert world.receiver.ids == [each.id for each in found]


def test_a_replay_enables_a_webhook_that_was_gone(world):
    webhook = world.register()
    world.receiver.answer = lambda _: 410
    (event,) = delivered(world, 1)
    world.receiver.answer = lambda _: 200

    world.subscriptions.replay(world.tenant, webhook.id, [event.id])
    world.work()

    assert world.receiver.ids == [event.id]
    assert world.subscriptions.get(world.tenant, webhook.id).disabled_at is None


def test_what_still_waits_is_not_sent_twice_by_a_replay(world):
    webhook = world.register()
    event = an_event(world.tenant, 1)
    world.happen(event)

    world.subscriptions.replay_between(world.tenant, webhook.id, at(0), at(9))
    world.work()

    assert world.receiver.ids == [event.id]


def test_another_tenants_webhook_is_not_there(world):
    webhook, rival = world.register(), TenantId("ten_2")

    for ask in (
        lambda: world.subscriptions.get(rival, webhook.id),
        lambda: world.subscriptions.log(rival, webhook.id, 10, None),
        lambda: world.subscriptions.replay_between(rival, webhook.id, at(0), at(1)),
        lambda: world.subscriptions.replay(rival, webhook.id, ["evt_1"]),
        lambda: world.subscriptions.delete(rival, webhook.id),
        lambda: world.subscriptions.delete(world.tenant, WebhookId("wh_other")),
    ):
        with pytest.raises(NotFound):
            ask()
