"""Resolutions through the API: a conversation is closed, opened again, and billed for it."""

import pytest

from helpdesk.clock import period_of, utc_now
from tests.contract.usage_examples import events_in


@pytest.fixture
def path(world, acme):
    """The path of a conversation of Acme's, with one answer."""
    return f"/v1/conversations/{world.turn(acme.id).conversation}"


@pytest.fixture
def billed(world, acme):
    """How many resolutions Acme's events of this month bill, one by one."""

    def quantities():
        events = events_in(world.ledger, acme.id, period_of(utc_now()))
        lines = [line for event in events for line in event.lines]
        return [line.quantity for line in lines if line.meter == "resolutions"]

    return quantities


def test_a_conversation_is_resolved_and_opened_again(world, acme, path, billed):
    before = world.call("GET", path, key=acme.secret).json

    closed = world.call("POST", f"{path}/resolve", key=acme.secret)
    assert (closed.status, closed.json["status"]) == (200, "closed")
    changed = {"status", "updated_at"}
    assert {name for name in closed.json if closed.json[name] != before[name]} == changed
    assert world.call("GET", path, key=acme.secret).json["status"] == "closed"
    assert billed() == [1]

    opened = world.call("POST", f"{path}/reopen", key=acme.secret)
    assert (opened.status, opened.json["status"]) == (200, "bot")
    assert billed() == [1, -1]


def test_closed_conversations_are_found_by_their_status(world, acme, path):
    world.turn(acme.id)
    world.call("POST", f"{path}/resolve", key=acme.secret)

    query = {"status": "closed"}
    (only,) = world.call("GET", "/v1/conversations", key=acme.secret, query=query).json["items"]
    assert path.endswith(only["id"])


@pytest.mark.parametrize(("change", "times"), [("resolve", 1), ("reopen", 0)])
def test_what_stands_already_is_answered_as_it_is(world, acme, path, billed, change, times):
    first = world.call("POST", f"{path}/{change}", key=acme.secret)
    again = world.call("POST", f"{path}/{change}", key=acme.secret)

    assert (again.status, again.json) == (200, first.json)
    assert len(billed()) == times


def test_a_repetition_is_answered_as_the_first_time_whatever_happened_since(
    world, acme, path, billed, once
):
    first = world.call("POST", f"{path}/resolve", key=acme.secret, headers=once)
    world.call("POST", f"{path}/reopen", key=acme.secret)

    again = world.call("POST", f"{path}/resolve", key=acme.secret, headers=once)

    assert again.json == first.json
    assert again.headers["idempotency-replayed"] == "true"
    assert billed() == [1, -1]
    other = world.call("POST", f"{path}/reopen", key=acme.secret, headers=once)
    assert other.code == "idempotency_conflict"


def test_what_was_not_answered_yet_is_not_resolved(world, acme, billed):
    path = f"/v1/conversations/{world.turn(acme.id, settle=False).conversation}"

    answer = world.call("POST", f"{path}/resolve", key=acme.secret)

    assert (answer.status, answer.code) == (409, "conflict")
    assert billed() == []


@pytest.mark.parametrize("change", ["resolve", "reopen"])
def test_another_tenants_conversation_does_not_exist(world, acme, rival, path, billed, change):
    answer = world.call("POST", f"{path}/{change}", key=rival.secret)

    assert (answer.status, answer.code) == (404, "not_found")
    assert billed() == []
    for nobody in ("publishable", "finance"):
        key = getattr(acme, nobody, None) or world.platform_keys.finance
        assert world.call("POST", f"{path}/{change}", key=key).code == "forbidden"
