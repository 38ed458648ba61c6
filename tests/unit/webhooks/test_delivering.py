"""Delivering: in order, at least once, never lost; and what one dead receiver does to the rest."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.delivering import STINT
from helpdesk.errors import Unavailable
from helpdesk.ids import TenantId
from helpdesk.webhooks import DeliveryStatus
from tests.contract.webhook_examples import an_event
from tests.fakes.signatures import is_signed
from tests.unit.webhooks.world import World

DEAD, DELIVERED = DeliveryStatus.DEAD, DeliveryStatus.DELIVERED


def events(world, *numbers, **more):
    return [an_event(world.tenant, number, **more) for number in numbers]


def test_an_event_arrives_signed_under_its_own_id(world):
    webhook = world.register()
    (event,) = events(world, 1)

    world.happen(event)
    world.work()

    (posted,) = world.receiver.posted
    assert posted.url == webhook.url
    assert posted.envelope["id"] == event.id
    assert is_signed(posted.headers["X-Helpdesk-Signature"], world.tenant, posted.body)
    assert [each.status for each in world.log(webhook)] == [DELIVERED]


def test_only_who_wants_it_is_told(world):
    world.register("https://all.example/")
    world.register("https://some.example/", ["document.ready", "action.failed"])
    rival = World(TenantId("ten_2"))
    rival.register()

    world.happen(*events(world, 1), *events(world, 2, type_="action.failed"))
    world.work()

    told = sorted((each.url, each.envelope["type"]) for each in world.receiver.posted)
    assert told == [
        ("https://all.example/", "action.failed"),
        ("https://all.example/", "turn.settled"),
        ("https://some.example/", "action.failed"),
    ]
    assert rival.receiver.posted == []


def test_an_event_that_comes_twice_is_delivered_once(world):
    world.register()
    (event,) = events(world, 1)

    world.happen(event, event)
    world.work()
    world.queue.forget()
    world.happen(event)
    world.work()

    assert world.receiver.ids == [event.id]


def test_a_conversation_waits_behind_one_that_fails_and_others_do_not(world):
    world.register()
    one, two, three = events(world, 1, 2, 3)
    (elsewhere,) = events(world, 4, conversation="conv_2")
    world.receiver.answer = lambda posted: 500 if posted.envelope["id"] == one.id else 200

    world.happen(one, two, three, elsewhere)
    world.work()
    assert world.receiver.ids == [one.id, elsewhere.id]

    world.receiver.answer = lambda _: 200
    world.pass_minutes(1)
    assert world.receiver.ids == [one.id, elsewhere.id, one.id, two.id, three.id]


@given(
    st.lists(st.sampled_from([200, 200, 500, "timeout", "broken_off", "KILLED"]), max_size=60),
    st.lists(st.integers(1, 12), min_size=1, max_size=12, unique=True),
    st.floats(0, 1),
)
def test_whatever_fails_all_arrive_in_order_and_nothing_is_lost(answers, numbers, jitter):
    world = World(TenantId("ten_1"), jitter)
    webhook = world.register()
    script = iter(answers)
    died = []

    def answer(_):
        said = next(script, 200)
        if said == "KILLED":  # after the receiver has taken it, before that is written
            died.append(said)
            raise Unavailable("The worker dies.")
        return said

    world.receiver.answer = answer
    world.happen(*events(world, *sorted(numbers)))
    for _ in range(60 * 24):
        try:
            world.pass_minutes(1)
        except Unavailable:
            world.queue.forget()
        if all(each.settled for each in world.log(webhook)):
            break

    assert {each.status for each in world.log(webhook)} == {DELIVERED}
    first_seen = list(dict.fromkeys(world.receiver.ids))
    assert first_seen == [event.id for event in events(world, *sorted(numbers))]
    # Nothing comes again once the next one has come.
    assert world.receiver.ids == sorted(world.receiver.ids, key=first_seen.index)


def test_killed_between_post_and_mark_it_is_delivered_twice(world):
    webhook = world.register()
    (event,) = events(world, 1)
    world.happen(event)
    message = world.queue.messages[0]
    save = world.deliveries.save

    def die(_):
        raise Unavailable("The worker dies.")

    world.deliveries.save = die
    with pytest.raises(Unavailable):
        world.work()
    world.deliveries.save = save
    world.delivering.work(message)

    assert world.receiver.ids == [event.id, event.id]
    assert [each.status for each in world.log(webhook)] == [DELIVERED]


def test_a_message_that_was_lost_is_made_up_for_by_the_sweep(world):
    world.register()
    one, two = events(world, 1, 2)
    world.happen(one, two)
    world.queue.forget()

    world.pass_minutes(1)

    assert world.receiver.ids == [one.id, two.id]


def test_after_a_day_it_is_dead_and_what_waited_is_tried_still(world):
    webhook = world.register()
    one, two = events(world, 1, 2)
    world.receiver.answer = lambda posted: 500 if posted.envelope["id"] == one.id else 200
    world.happen(one, two)
    world.work()

    world.pass_minutes(24 * 60 - 1)
    assert world.log(webhook)[1].status is DeliveryStatus.RETRYING
    assert two.id not in world.receiver.ids
    world.pass_minutes(61)

    assert [each.status for each in world.log(webhook)] == [DELIVERED, DEAD]
    assert world.tried[-2].status is DEAD
    assert world.deliveries.due(world.now(), 10) == []


def test_gone_disables_the_webhook_and_drops_what_waits(world):
    webhook = world.register()
    world.receiver.answer = lambda _: 410
    world.happen(*events(world, 1, 2))
    world.work()
    world.happen(*events(world, 3))
    world.work()

    assert len(world.receiver.posted) == 1
    assert world.subscriptions.get(world.tenant, webhook.id).disabled_at == world.now()
    assert [each.status for each in world.log(webhook)] == [DEAD, DEAD]


def test_nothing_is_sent_for_a_webhook_that_was_deleted(world):
    webhook = world.register()
    world.happen(*events(world, 1))

    world.subscriptions.delete(world.tenant, webhook.id)
    world.work()

    assert world.receiver.posted == []
    assert world.deliveries.due(world.now() + timedelta(days=2), 10) == []
    assert world.tried == []


def test_a_long_lane_is_left_to_others_now_and_then(world):
    world.register()

    def slowly(_):
        world.time += STINT / 2
        return 200

    world.receiver.answer = slowly
    world.happen(*events(world, *range(5)))
    world.delivering.work(world.queue.messages.popleft())
    assert len(world.receiver.posted) == 2

    world.queue.messages = type(world.queue.messages)(list(world.queue.messages)[-1:])
    world.work()
    assert world.receiver.ids == [event.id for event in events(world, *range(5))]
