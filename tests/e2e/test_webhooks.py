"""Webhooks through the public door, to a receiver on this machine."""

import hashlib
import hmac
import time

import pytest

from tests.e2e.outside_program import Tenant
from tests.e2e.receiver import Receiver
from tests.fakes.http_server import serving

_PATIENCE_SECONDS = 60.0


class Shop(Tenant):
    """A tenant with a webhook."""

    webhook: str


@pytest.fixture(scope="module")
def receiver():
    receiver = Receiver()
    with serving(receiver.app) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@pytest.fixture(scope="module")
def shop(base_url, receiver):
    with Shop(base_url, "Told") as tenant:
        body = {"url": receiver.url, "events": ["*"]}
        made = tenant.http.post("/v1/webhooks", json=body)
        assert made.status_code == 201, made.text
        tenant.webhook = made.json()["id"]
        yield tenant


@pytest.fixture(scope="module")
def document(shop):
    """A document in two versions."""
    for number in (1, 2):
        content = f"# Returns\n\nYou have {number}0 days.".encode()
        document = shop.upload("returns.md", "text/markdown", content, external_id="returns")
    return document["id"]


def test_a_document_that_is_ready_is_told_in_order_of_its_versions(shop, receiver, document):
    told = receiver.events("document.ready", 2)[:2]

    assert [each["data"]["version"] for each in told] == [1, 2]
    assert {each["subject"] for each in told} == {document}
    assert {each["tenant_id"] for each in told} == {shop.id}
    assert {each["schema_version"] for each in told} == {1}


def test_a_conversations_turns_are_told_and_replayed_in_order(shop, receiver):
    """The bus may pass on what happens within a moment in any order; what waits goes in order."""
    conversation, turns = None, []
    for question in ("How many days do I have?", "And for boots?", "Who are you?"):
        body = {"message": question, "stream": False}
        if conversation:
            body["conversation_id"] = conversation
        answer = shop.http.post("/v1/chat", json=body).json()
        conversation = answer["conversation_id"]
        turns.append(answer["turn_id"])

    told = receiver.events("turn.settled", 3)

    by_turn = {each["data"]["turn_id"]: each["id"] for each in told}
    assert by_turn.keys() == set(turns)
    path = f"/v1/webhooks/{shop.webhook}"
    for event in by_turn.values():
        _until_logged(shop, path, event)
    wanted = {"event_ids": [by_turn[turn] for turn in turns]}
    replay = shop.http.post(f"{path}/replay", json=wanted)
    assert replay.status_code == 202, replay.text
    again = receiver.events("turn.settled", 6)[3:]
    assert [each["data"]["turn_id"] for each in again] == turns


def test_everything_told_is_signed_with_the_tenants_secret(shop, receiver, document):
    receiver.events("document.ready", 2)
    secret = shop.http.get("/v1/signing-secrets").json()["items"][0]["secret"]

    for headers, body in receiver.received:
        parts = dict(each.split("=", 1) for each in headers["x-helpdesk-signature"].split(","))
        signed = f"{parts['t']}.".encode() + body
        assert parts["v1"] == hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert int(headers["x-helpdesk-delivery"]) >= 1


def test_the_log_says_so_and_a_replay_tells_it_again(shop, receiver, document):
    first = receiver.events("document.ready", 2)[0]
    path = f"/v1/webhooks/{shop.webhook}"
    delivery = _until_logged(shop, path, first["id"])
    assert (delivery["status"], delivery["last_status_code"]) == ("delivered", 204)

    replayed = shop.http.post(f"{path}/replay", json={"event_ids": [first["id"]]})

    assert (replayed.status_code, replayed.json()["events"]) == (202, 1)
    assert receiver.events("document.ready", 3)[2] == first


def _until_logged(shop, path, event):
    """The log of an event's delivery; the receiver knows before the log does."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while (delivery := _delivery(shop, path, event))["status"] == "pending":
        assert time.monotonic() < ends
        time.sleep(0.1)
    return delivery


def _delivery(shop, path, event):
    log = shop.http.get(f"{path}/deliveries?limit=100").json()["items"]
    return next(each for each in log if each["event_id"] == event)
