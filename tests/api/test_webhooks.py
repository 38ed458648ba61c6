"""Webhooks, through the API."""

import pytest

from helpdesk.clock import utc_now
from helpdesk.fan_out import FanOut
from helpdesk.webhooks import Attempt
from tests.contract.webhook_examples import START, a_delivery, an_event

GOOD = {"url": "https://acme.example/hooks", "events": ["document.ready", "action.failed"]}
ALL = {"url": "https://acme.example/all", "events": ["*"]}


def register(world, company, body=ALL):
    answer = world.call("POST", "/v1/webhooks", body, key=company.secret)
    assert answer.status == 201, answer.text
    return answer.json


def happen(world, company, *numbers):
    events = [an_event(company.id, number) for number in numbers]
    fan_out = FanOut(world.webhooks, world.deliveries, world.delivery_queue, utc_now)
    for event in events:
        fan_out.spread(event)
    return events


def settle(world, events, webhook, status=200):
    for delivery in world.deliveries.get_many(
        events[0].tenant, webhook["id"], [event.id for event in events]
    ):
        world.deliveries.save(delivery.after(Attempt(START, status=status), START - START))


def test_a_webhook_is_registered_shown_and_deleted(world, acme):
    made = register(world, acme, GOOD)

    assert made["id"].startswith("wh_")
    assert made["disabled_at"] is None
    assert {name: made[name] for name in GOOD} == GOOD
    path = f"/v1/webhooks/{made['id']}"
    assert world.call("GET", path, key=acme.secret).json == made
    listed = world.call("GET", "/v1/webhooks", key=acme.secret).json
    assert listed == {"items": [made], "next_cursor": None}
    assert world.call("DELETE", path, key=acme.secret).status == 204
    assert world.call("GET", path, key=acme.secret).status == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://acme.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": ""}, "url"),
        ({"events": []}, "events"),
        ({"events": ["document.created"]}, "events.0"),
        ({"events": "*"}, "events"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_a_wrong_webhook_names_its_field(world, acme, change, field):
    answer = world.call("POST", "/v1/webhooks", GOOD | change, key=acme.secret)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert any(each.startswith(field) for each in answer.fields)


def test_the_eleventh_is_one_too_many(world, acme):
    for _ in range(10):
        register(world, acme)

    assert world.call("POST", "/v1/webhooks", ALL, key=acme.secret).code == "conflict"


def test_registering_again_under_the_same_key_registers_once(world, acme, once):
    one = world.call("POST", "/v1/webhooks", ALL, key=acme.secret, headers=once)
    two = world.call("POST", "/v1/webhooks", ALL, key=acme.secret, headers=once)

    assert one.json == two.json
    assert two.headers["idempotency-replayed"] == "true"


def test_the_log_says_what_became_of_each_event(world, acme):
    webhook = register(world, acme)
    events = happen(world, acme, 1, 2, 3)
    settle(world, events[:1], webhook)
    settle(world, events[1:2], webhook, 503)

    path = f"/v1/webhooks/{webhook['id']}/deliveries"
    log = world.call("GET", path, key=acme.secret, query={"limit": "2"}).json
    rest = world.call("GET", path, key=acme.secret, query={"cursor": log["next_cursor"]}).json

    shown = [*log["items"], *rest["items"]]
    told = [(d["event_id"], d["status"], d["attempts"], d["last_status_code"]) for d in shown]
    assert told == [
        (events[2].id, "pending", 0, None),
        (events[1].id, "retrying", 1, 503),
        (events[0].id, "delivered", 1, 200),
    ]
    assert shown[1]["next_try_at"] == "2026-11-24T09:30:00.000Z"
    assert shown[2]["next_try_at"] is None
    assert shown[1]["last_attempts"] == [
        {"at": "2026-11-24T09:30:00.000Z", "status_code": 503, "problem": None}
    ]


def test_a_range_and_chosen_events_are_replayed(world, acme):
    webhook = register(world, acme)
    events = happen(world, acme, 1, 2, 3)
    settle(world, events, webhook)
    path = f"/v1/webhooks/{webhook['id']}/replay"

    times = {"from": "2026-11-24T09:30:02Z", "to": "2026-11-24T10:30:00+01:00"}
    assert world.call("POST", path, times, key=acme.secret).json["events"] == 0
    times = {"from": "2026-11-24T09:30:02Z", "to": "2026-11-24T11:30:00+01:00"}
    replayed = world.call("POST", path, times, key=acme.secret)
    assert (replayed.status, replayed.json) == (202, {"events": 2, "next_from": None})
    chosen = {"event_ids": [events[0].id]}
    assert world.call("POST", path, chosen, key=acme.secret).json["events"] == 1

    assert world.deliveries.first(a_delivery(world.webhooks.get(acme.id, webhook["id"]), 1).lane)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "2026-11-24T09:30:02Z"},
        {"to": "2026-11-24T09:30:02Z"},
        {"from": "2026-11-24T09:30:02Z", "to": "2026-11-24T09:30:02Z", "event_ids": ["evt_1"]},
        {"from": "2026-11-24T09:30:02", "to": "2026-11-24T09:30:02Z"},
        {"event_ids": []},
        {"event_ids": ["doc_1"]},
        {"event_ids": ["evt_1"]},
        {"start": "2026-11-24T09:30:02Z", "end": "2026-11-24T09:30:02Z"},
    ],
)
def test_a_wrong_replay_is_refused(world, acme, body):
    webhook = register(world, acme)

    path = f"/v1/webhooks/{webhook['id']}/replay"
    answer = world.call("POST", path, body, key=acme.secret)

    assert (answer.status, answer.code) == (422, "validation_failed")


def test_lists_hold_only_ones_own(world, acme, rival):
    register(world, acme)

    assert world.call("GET", "/v1/webhooks", key=rival.secret).json["items"] == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_publishable_key_opens_nothing(world, acme, method):
    body = ALL if method == "POST" else None

    assert world.call(method, "/v1/webhooks", body, key=acme.publishable).code == "forbidden"
