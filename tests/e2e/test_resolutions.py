"""A conversation is resolved and opened again, through the public door; a webhook tells it."""

import pytest

from tests.e2e.outside_program import Tenant
from tests.e2e.receiver import Receiver
from tests.fakes.http_server import serving


@pytest.fixture
def receiver():
    receiver = Receiver()
    with serving(receiver.app) as url:
        receiver.url = f"{url}/hook"
        yield receiver


@pytest.fixture
def shop(base_url, receiver):
    """A tenant with a webhook."""
    with Tenant(base_url, "Resolved") as tenant:
        body = {"url": receiver.url, "events": ["*"]}
        assert tenant.http.post("/v1/webhooks", json=body).status_code == 201
        yield tenant


def test_a_resolution_is_billed_and_the_next_message_takes_it_back(shop, receiver):
    body = {"message": "How many days do I have?", "stream": False}
    conversation = shop.http.post("/v1/chat", json=body).json()["conversation_id"]
    path = f"/v1/conversations/{conversation}"

    assert shop.http.post(f"{path}/resolve").json()["status"] == "closed"
    shop.http.post("/v1/chat", json=body | {"conversation_id": conversation})
    assert shop.http.get(path).json()["status"] == "bot"

    for kind in ("conversation.resolved", "conversation.reopened"):
        (told,) = receiver.events(kind, 1)
        assert (told["subject"], told["data"]["resolution"]) == (conversation, 1)
    # Two turns, the resolution and its credit.
    billed = {
        event["data"]["event_id"]: quantity["quantity"]
        for event in receiver.events("usage.recorded", 4)
        for quantity in event["data"]["quantities"]
        if quantity["meter"] == "resolutions"
    }
    bill = f"evt_{conversation.removeprefix('conv_')}_resolution_1"
    assert billed == {bill: 1, f"{bill}_reopened": -1}
