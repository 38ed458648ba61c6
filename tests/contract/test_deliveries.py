"""Deliveries: in order in their lanes, each once, until they are settled; and their log."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.deliveries import DynamoDBDeliveries
from helpdesk.errors import Conflict, ValidationFailed
from helpdesk.webhooks import Attempt, Delivery
from tests.contract.examples import a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.contract.webhook_examples import START, a_delivery, a_webhook
from tests.fakes.deliveries import MemoryDeliveries

SOON = timedelta(seconds=90)


@pytest.fixture
def deliveries(cloud):
    if cloud:
        return DynamoDBDeliveries(cloud.client("dynamodb"), "webhooks")
    return MemoryDeliveries()


@pytest.fixture
def webhook():
    return a_webhook(a_tenant_id())


def delivered(delivery):
    return delivery.after(Attempt(START, status=204), SOON)


def failed(delivery):
    return delivery.after(Attempt(START, problem="timeout"), SOON)


def due_at(deliveries, lane, before=START + timedelta(days=1)):
    return [each.due_at for each in deliveries.due(before, 10_000) if each.lane == lane]


def test_what_waits_goes_out_in_the_order_in_which_it_happened(deliveries, webhook):
    new = [a_delivery(webhook, number) for number in range(4)]
    for delivery in (new[2], new[0], new[3], new[1], new[0]):
        deliveries.add([delivery])

    seen = []
    while found := deliveries.first(new[0].lane):
        seen.append(found)
        deliveries.save(delivered(found))

    assert seen == new


def test_of_one_moment_what_arrived_first_is_first(deliveries, webhook):
    late = a_delivery(webhook, 1, START + timedelta(seconds=1))
    early = a_delivery(webhook, 1, START, type_="action.proposed")
    deliveries.add([late, early])

    assert deliveries.first(late.lane) == early


def test_a_lane_is_one_conversation_or_one_subject_of_one_webhook(deliveries, webhook):
    other = a_webhook(webhook.tenant)
    new = [
        a_delivery(webhook, 1),
        a_delivery(webhook, 2, conversation="conv_2"),
        a_delivery(webhook, 3, conversation=None),
        a_delivery(other, 1),
    ]
    deliveries.add(new)

    assert len({delivery.lane for delivery in new}) == len(new)
    assert [deliveries.first(delivery.lane) for delivery in new] == new


def test_one_that_failed_stays_first_until_it_is_settled(deliveries, webhook):
    one, two = a_delivery(webhook, 1), a_delivery(webhook, 2)
    deliveries.add([one, two])

    deliveries.save(retried := failed(one))

    assert deliveries.first(one.lane) == retried
    assert due_at(deliveries, one.lane) == [START + SOON]
    deliveries.save(delivered(retried))
    assert deliveries.first(one.lane) == two


def test_a_lane_is_due_while_something_waits_there(deliveries, webhook):
    one = a_delivery(webhook, 1)
    deliveries.add([one])
    assert due_at(deliveries, one.lane) == [START]
    assert due_at(deliveries, one.lane, START - timedelta(seconds=1)) == []

    deliveries.save(delivered(one))
    # A worker that dies here leaves a lane that is looked at once more.
    assert due_at(deliveries, one.lane) == [START]

    assert deliveries.first(one.lane) is None
    assert due_at(deliveries, one.lane) == []


def test_what_comes_behind_one_that_waits_does_not_hurry_it(deliveries, webhook):
    one = a_delivery(webhook, 1)
    deliveries.add([one])
    deliveries.save(failed(one))

    deliveries.add([a_delivery(webhook, 2)])

    assert due_at(deliveries, one.lane) == [START + SOON]


def test_of_two_workers_one_writes(deliveries, webhook):
    one = a_delivery(webhook, 1)
    deliveries.add([one])
    deliveries.save(delivered(one))

    with pytest.raises(Conflict):
        deliveries.save(failed(one))

    assert deliveries.get_many(webhook.tenant, webhook.id, [one.event.id]) == [delivered(one)]
    assert deliveries.first(one.lane) is None


def test_a_repeated_event_changes_nothing(deliveries, webhook):
    one = a_delivery(webhook, 1)
    deliveries.add([one])
    deliveries.save(delivered(one))

    deliveries.add([replace(one, arrived_at=START + timedelta(hours=1))])

    assert deliveries.first(one.lane) is None


def test_settled_ones_wait_again_when_reopened_and_once_only(deliveries, webhook):
    one, two = a_delivery(webhook, 1), a_delivery(webhook, 2)
    deliveries.add([one, two])
    for each in (one, two):
        deliveries.save(delivered(each))
    assert deliveries.first(one.lane) is None
    again = [delivered(each).again(START + timedelta(hours=1)) for each in (two, one)]

    deliveries.reopen(again)
    deliveries.reopen(again)

    assert deliveries.first(one.lane) == again[1]
    assert due_at(deliveries, one.lane) == [START + timedelta(hours=1)]
    deliveries.save(delivered(again[1]))
    deliveries.reopen(again)
    assert deliveries.first(one.lane) == again[0]


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_a_lane_is_never_closed_on_one_that_comes_meanwhile(deliveries, webhook):
    new = [a_delivery(webhook, number) for number in range(20)]
    seen: list[Delivery] = []

    def work():
        while len(seen) < len(new):
            if found := deliveries.first(new[0].lane):
                deliveries.save(delivered(found))
                seen.append(found)

    worker = threading.Thread(target=work)
    worker.start()
    for delivery in new:
        deliveries.add([delivery])
    worker.join(30)

    assert seen == new
    assert deliveries.first(new[0].lane) is None
    assert due_at(deliveries, new[0].lane) == []


@pytest.mark.parametrize("cloud", ["moto"], indirect=True)
@pytest.mark.parametrize("step", ["get", "write"], ids=["seen as empty", "about to be closed"])
def test_one_that_comes_while_its_lane_is_closed_is_found(deliveries, webhook, monkeypatch, step):
    one, two = a_delivery(webhook, 1), a_delivery(webhook, 2)
    deliveries.add([one])
    deliveries.save(delivered(one))
    real, coming = getattr(Database, step), [two]

    def interrupted(database, *arguments):
        if coming:
            deliveries.add([coming.pop()])
        return real(database, *arguments)

    monkeypatch.setattr(Database, step, interrupted)

    assert deliveries.first(one.lane) == two
    assert due_at(deliveries, one.lane)


def test_the_log_shows_the_newest_event_first(deliveries, webhook):
    new = [a_delivery(webhook, number) for number in range(5)]
    deliveries.add([*new, a_delivery(a_webhook(webhook.tenant), 9)])

    first = deliveries.page(webhook.tenant, webhook.id, 3, None)
    rest = deliveries.page(webhook.tenant, webhook.id, 3, first.next_cursor)

    assert [*first.items, *rest.items] == new[::-1]
    assert rest.next_cursor is None
    with pytest.raises(ValidationFailed):
        deliveries.page(webhook.tenant, webhook.id, 3, "nonsense!")


def test_a_range_has_its_start_and_not_its_end(deliveries, webhook):
    new = [a_delivery(webhook, number) for number in range(6)]
    deliveries.add(new)

    def between(start, end, limit=100):
        times = START + timedelta(seconds=start), START + timedelta(seconds=end)
        return deliveries.between(webhook.tenant, webhook.id, *times, limit)

    assert between(1, 4) == new[1:4]
    assert between(1, 40, limit=2) == new[1:3]
    assert between(10, 40) == []


def test_another_tenant_sees_nothing(deliveries, webhook):
    one, rival = a_delivery(webhook, 1), a_tenant_id()
    deliveries.add([one])

    assert deliveries.get_many(rival, webhook.id, [one.event.id]) == []
    assert deliveries.page(rival, webhook.id, 10, None).items == []
    assert deliveries.between(rival, webhook.id, START, START + SOON, 10) == []
    assert deliveries.first(replace(one.lane, tenant=rival)) is None
