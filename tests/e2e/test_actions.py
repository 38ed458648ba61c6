"""Actions through the public door, at the sample shop: looked up, confirmed, paid once."""

import time

import httpx2
import pytest

from local.emulator import Emulator
from local.shop.tools import tools
from tests.e2e.outside_program import Tenant

_PATIENCE_SECONDS = 100.0
_POLL_SECONDS = 0.3


@pytest.fixture(scope="module")
def shop_url(base_url, here):
    return here.shop_url


@pytest.fixture(scope="module")
def company(base_url, shop_url):
    with Tenant(base_url, "Larkfell") as tenant:
        for name, tool in tools(shop_url).items():
            put = tenant.http.put(f"/v1/tools/{name}", json=tool)
            assert put.status_code == 200, put.text
        yield tenant


def paid(shop_url, order):
    refunds = httpx2.get(f"{shop_url}/ledger").json()["refunds"]
    return [refund for refund in refunds if refund["order_id"] == order]


def by(customer):
    return {"end_user": {"id": customer}}


@pytest.fixture
def minute(here):
    """What the schedule does each minute, now."""
    client = Emulator(here.emulator_port, here.emulator).client("lambda")
    functions = client.list_functions()["Functions"]
    (name,) = [each["FunctionName"] for each in functions if "Reconciler" in each["FunctionName"]]
    return lambda: client.invoke(FunctionName=name, Payload=b"{}")


def settled(company, action, meanwhile=lambda: None):
    """An action when nothing more happens to it."""
    ends = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found = company.http.get(f"/v1/actions/{action}").json()
        if found["status"] in ("succeeded", "failed", "rejected"):
            return found
        assert time.monotonic() < ends, found
        meanwhile()
        time.sleep(_POLL_SECONDS)


def test_an_order_is_looked_up_for_its_customer_only(company):
    answer = company.ask("Where is my order LF-1042?", **by("cus_ada"))
    action = answer.data("action")
    assert (action["tool"], action["status"]) == ("look_up_order", "succeeded")
    assert action["result"]["order_id"] == "LF-1042"
    assert "LF-1042" in answer.text
    stranger = company.ask("Where is my order LF-1042?", **by("cus_ben"))
    assert stranger.data("action")["status"] == "failed"
    assert "result" not in stranger.data("action")
    nobody = company.ask("Where is my order LF-1042?")
    assert "action" not in nobody.names
    assert "signed in" in nobody.text


def test_a_refund_is_asked_for_confirmed_and_paid_once(company, shop_url):
    asked = company.ask("I want a refund", **by("cus_ada"))
    conversation = asked.data("start")["conversation_id"]
    talk = {"conversation_id": conversation, **by("cus_ada")}
    assert "order" in asked.text
    shown = company.ask("5 euros of LF-1042, please", **talk)
    assert shown.data("action")["status"] == "awaiting_confirmation"
    assert shown.data("done")["finish_reason"] == "awaiting_confirmation"
    assert paid(shop_url, "LF-1042") == []

    done = company.ask("Yes", **talk)

    action = done.data("action")["action_id"]
    assert settled(company, action)["status"] == "succeeded"
    company.ask("Yes", **talk)
    (refund,) = paid(shop_url, "LF-1042")
    assert refund["amount"] == "5.00"
    log = company.http.get(f"/v1/conversations/{conversation}").json()["turns"]
    assert [a["status"] for turn in log for a in turn["actions"] if turn["actions"]][
        -1
    ] == "succeeded"


def test_an_answer_that_is_lost_on_its_way_pays_once_all_the_same(company, shop_url, minute):
    httpx2.put(f"{shop_url}/faults", json={"path": "/refunds", "fault": "drop_after", "times": 1})
    arguments = {"order_id": "LF-1047", "amount": "3.00", "customer_id": "cus_ben"}
    order = _an_order_of(shop_url, company, "cus_ben")
    arguments["order_id"] = order
    company.http.put(
        "/v1/tools/refund_at_once",
        json=tools(shop_url)["refund_order"] | {"confirmation": "none"},
    )
    wish = {"tool": "refund_at_once", "arguments": arguments}
    headers = {"Idempotency-Key": "order-7"}
    made = company.http.post("/v1/actions", json=wish, headers=headers)
    assert made.status_code == 201, made.text

    ended = settled(company, made.json()["id"], meanwhile=minute)

    assert ended["status"] == "succeeded"
    kinds = [event["type"] for event in ended["events"]]
    assert kinds.count("attempt_started") == 2
    assert "outcome_unknown" in kinds
    assert len(paid(shop_url, order)) == 1
    again = company.http.post("/v1/actions", json=wish, headers=headers)
    assert again.json()["id"] == ended["id"]
    over = {"tool": "refund_at_once", "arguments": arguments | {"amount": "100.01"}}
    refused = company.http.post("/v1/actions", json=over)
    assert refused.json()["code"] == "policy_violation"
    # A refund without a question would be offered to the other tests' customers, too.
    assert company.http.delete("/v1/tools/refund_at_once").status_code == 204


def _an_order_of(shop_url, company, customer):
    """An order that the shop knows as this customer's."""
    for number in range(1042, 1100):
        url = f"{shop_url}/orders/LF-{number}"
        if httpx2.get(url, params={"customer_id": customer}).is_success:
            return f"LF-{number}"
    raise AssertionError("no order")
