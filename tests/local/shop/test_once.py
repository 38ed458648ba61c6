"""A key is acted on once, whatever it came to, and however many ask at the same time."""

import asyncio

import pytest

pytestmark = pytest.mark.anyio

REFUND = {"order_id": "LF-1042", "amount": "20.00", "customer_id": "cus_ada"}
SHIPMENT = {"order_id": "LF-1044", "customer_id": "cus_ada"}
KEY = {"Idempotency-Key": "act_1"}


async def refunds(http) -> int:
    return len((await http.get("/ledger")).json()["refunds"])


async def test_the_first_outcome_is_given_again(http):
    first = await http.post("/refunds", json=REFUND, headers=KEY)
    again = await http.post("/refunds", json=dict(reversed(REFUND.items())), headers=KEY)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await refunds(http) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (REFUND | {"amount": "999.00"}, 422),
        (REFUND | {"customer_id": "cus_ben"}, 404),
        (REFUND | {"amount": "much"}, 422),
    ],
)
async def test_a_refusal_is_kept_as_well(http, body, status):
    first = await http.post("/refunds", json=body, headers=KEY)
    again = await http.post("/refunds", json=body, headers=KEY)
    assert first.status_code == again.status_code == status
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()


async def test_a_refusal_stays_when_it_would_be_possible_now(http):
    restore = {"path": "/shipments/restore", "json": SHIPMENT, "headers": KEY}
    assert (await http.post(restore["path"], json=SHIPMENT, headers=KEY)).status_code == 422
    assert (await http.post("/shipments/cancel", json=SHIPMENT)).status_code == 200
    assert (await http.post(restore["path"], json=SHIPMENT, headers=KEY)).status_code == 422


@pytest.mark.parametrize(
    ("path", "body"), [("/refunds", REFUND | {"amount": "5.00"}), ("/shipments/cancel", REFUND)]
)
async def test_a_key_with_another_request_is_refused(http, path, body):
    await http.post("/refunds", json=REFUND, headers=KEY)
    other = await http.post(path, json=body, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert await refunds(http) == 1


async def test_of_many_at_once_one_acts(http):
    answers = await asyncio.gather(
        *(http.post("/refunds", json=REFUND, headers=KEY) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["refund_id"] for answer in answers}) == 1
    assert await refunds(http) == 1


async def test_without_a_key_every_request_acts(http):
    await http.post("/refunds", json=REFUND)
    await http.post("/refunds", json=REFUND)
    assert await refunds(http) == 2


async def test_a_key_can_be_asked_for(http):
    assert (await http.get("/refunds/by-key/act_1")).status_code == 404
    paid = await http.post("/refunds", json=REFUND, headers=KEY)
    found = await http.get("/refunds/by-key/act_1")
    assert (found.status_code, found.json()) == (201, paid.json())


async def test_the_key_of_a_refusal_tells_the_refusal(http):
    refused = await http.post("/refunds", json=REFUND | {"amount": "999.00"}, headers=KEY)
    found = await http.get("/refunds/by-key/act_1")
    assert (found.status_code, found.json()) == (422, refused.json())


async def test_the_key_of_something_else_is_no_refund(http):
    await http.post("/shipments/cancel", json=SHIPMENT, headers=KEY)
    assert (await http.get("/refunds/by-key/act_1")).status_code == 404


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_a_key_has_a_length(http, key):
    answer = await http.post("/refunds", json=REFUND, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_key")
