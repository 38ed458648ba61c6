"""Usage from outside and corrections: operators record them, each once, a bad one for itself."""

from copy import deepcopy

import pytest

from helpdesk.clock import period_of, rfc3339, utc_now
from helpdesk.ids import new_id
from helpdesk.metric_names import Metric


def an_event(tenant, **changes):
    event = {
        "specversion": "1.0",
        "id": new_id("x", utc_now()),
        "source": "/crm",
        "type": "helpdesk.usage.resolution",
        "subject": "case-1",
        "time": rfc3339(utc_now()),
        "data": {"tenant": tenant, "lines": [{"meter": "resolutions", "quantity": 1}]},
    }
    return {**event, **changes}


def a_correction(tenant, corrects, **changes):
    data = {
        "tenant": tenant,
        "corrects": corrects,
        "reason": "It was another company's parcel.",
        "lines": [{"meter": "input_tokens", "model": "gpt-4o-mini", "quantity": -1000}],
    }
    return an_event(tenant, type="helpdesk.usage.correction", data=data, **changes)


@pytest.fixture
def send(world):
    def send(*events, key=None, headers=None):
        body = {"events": list(events)}
        operator = world.platform_keys.operator
        return world.call("POST", "/v1/usage/events", body, key=key or operator, headers=headers)

    return send


def statuses(answer):
    assert answer.status == 200, answer.text
    return [result["status"] for result in answer.json["results"]]


def events_of(world, company):
    return world.call("GET", "/v1/usage/events", key=company.secret).json["items"]


def test_a_batch_is_recorded_and_is_on_the_bill_at_once(world, acme, send):
    answer = send(an_event(acme.id), an_event(acme.id))

    assert statuses(answer) == ["recorded", "recorded"]
    ids = {result["event_id"] for result in answer.json["results"]}
    assert {event["id"] for event in events_of(world, acme)} == ids
    usage = world.call("GET", "/v1/usage", key=acme.secret).json
    assert {m["meter"]: m["quantity"] for m in usage["meters"]}["resolutions"] == 2


def test_a_batch_again_changes_nothing(world, acme, send):
    batch = [an_event(acme.id), an_event(acme.id)]
    first = send(*batch)

    again = send(*batch, an_event(acme.id))

    assert statuses(again) == ["repeated", "repeated", "recorded"]
    assert [each["event_id"] for each in again.json["results"][:2]] == [
        each["event_id"] for each in first.json["results"]
    ]
    assert len(events_of(world, acme)) == 3


def test_one_bad_event_keeps_no_other_from_being_recorded(world, acme, send):
    good, wrong = an_event(acme.id), an_event(acme.id, time="yesterday")
    nobodys = an_event(f"ten_{'0' * 26}")
    tomorrow = an_event(acme.id, time="2099-01-01T00:00:00Z")

    answer = send(wrong, good, {}, nobodys, tomorrow, an_event(acme.id))

    assert statuses(answer) == ["refused", "recorded", "refused", "refused", "refused", "recorded"]
    results = answer.json["results"]
    assert [result["code"] for result in results if result["status"] == "refused"] == [
        "validation_failed",
        "validation_failed",
        "not_found",
        "validation_failed",
    ]
    assert (results[0]["id"], results[0]["errors"][0]["field"]) == (wrong["id"], "time")
    assert (results[2]["id"], results[2]["event_id"]) == (None, None)
    assert results[4]["errors"][0]["field"] == "time"
    assert len(events_of(world, acme)) == 2


def test_other_content_under_an_id_is_a_conflict_and_is_measured(world, acme, send, capsys):
    first = an_event(acme.id)
    send(first)
    other = deepcopy(first)
    other["data"]["lines"][0]["quantity"] = 2
    capsys.readouterr()

    assert statuses(send(other, an_event(acme.id))) == ["conflict", "recorded"]

    assert Metric.USAGE_CONFLICTS.value in capsys.readouterr().out
    usage = world.call("GET", "/v1/usage", key=acme.secret).json
    assert {m["meter"]: m["quantity"] for m in usage["meters"]}["resolutions"] == 2


def test_nothing_but_conflicts_is_a_conflict(acme, send):
    first = an_event(acme.id)
    send(first)

    assert send({**first, "subject": "case-2"}).code == "conflict"


def test_a_correction_credits_at_the_price_of_then(world, acme, send):
    world.turn(acme.id)
    (turn,) = events_of(world, acme)
    correction = a_correction(acme.id, turn["id"])

    assert statuses(send(correction)) == ["recorded"]

    by_type = {event["type"]: event for event in events_of(world, acme)}
    written = by_type["helpdesk.usage.correction"]["data"]
    assert written["corrects"] == turn["id"]
    assert written["conversation_id"] == turn["data"]["conversation_id"]
    assert written["lines"][0]["cost"]["amount"] == "-0.00015"
    usage = world.call("GET", "/v1/usage", key=acme.secret).json
    assert usage["total"]["amount"] == "0.000006"
    (refused,) = send(a_correction(acme.id, turn["id"])).json["results"]
    assert (refused["status"], refused["errors"][0]["field"]) == ("refused", "data.lines")
    assert statuses(send(correction)) == ["repeated"]


def test_anothers_event_can_not_be_corrected(world, acme, rival, send):
    world.turn(acme.id)
    (turn,) = events_of(world, acme)

    (refused,) = send(a_correction(rival.id, turn["id"])).json["results"]

    assert refused["errors"][0]["field"] == "data.corrects"
    assert events_of(world, rival) == []


def _with_data(**changes):
    return lambda event: event["data"].update(changes)


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda event: event.update(specversion="0.3"), "specversion"),
        (lambda event: event.update(type="helpdesk.usage.resolution_reopened"), "type"),
        (lambda event: event.update(type="com.example.sold"), "type"),
        (lambda event: event.update(id=""), "id"),
        (lambda event: event.update(time="2026-11-25T00:00:00"), "time"),
        (lambda event: event.update(extra=1), "extra"),
        (_with_data(lines=[]), "data.lines"),
        (_with_data(lines=[{"meter": "wishes", "quantity": 1}]), "data.lines.0.meter"),
        (_with_data(lines=[{"meter": "turns", "quantity": 1.5}]), "data.lines.0.quantity"),
        (_with_data(lines=[{"meter": "turns", "quantity": 0}]), "data.lines.0"),
        (_with_data(lines=[{"meter": "input_tokens", "quantity": 1}]), "data.lines.0"),
        (_with_data(lines=[{"meter": "turns", "quantity": 1, "model": "m"}]), "data.lines.0"),
        (_with_data(lines=[{"meter": "turns", "quantity": -1}]), "body"),
        (_with_data(lines=[{"meter": "turns", "quantity": 1}] * 2), "body"),
        (_with_data(corrects="evt_1"), "body"),
        (lambda event: event.update(type="helpdesk.usage.correction"), "body"),
    ],
)
def test_what_is_wrong_with_an_event_is_named(acme, send, spoil, field):
    event = an_event(acme.id)
    spoil(event)

    (refused,) = send(event).json["results"]

    assert refused["status"] == "refused"
    assert refused["errors"][0]["field"] == field


def test_a_batch_has_up_to_a_hundred_events(acme, send):
    assert send().fields == ["events"]
    assert send(*[an_event(acme.id)] * 101).fields == ["events"]
    assert send("no event").fields == ["events.0"]


def test_operators_alone_record_and_check(world, acme, send):
    for key in (acme.secret, world.platform_keys.finance):
        assert send(an_event(acme.id), key=key).code == "forbidden"
        check = {"period": period_of(utc_now())}
        assert world.call("POST", "/v1/usage/checks", check, key=key).code == "forbidden"


def test_the_same_request_is_replayed(acme, send, once):
    event = an_event(acme.id)

    assert statuses(send(event, headers=once)) == ["recorded"]
    again = send(event, headers=once)

    assert statuses(again) == ["recorded"]
    assert again.headers["idempotency-replayed"] == "true"
