"""Orders are their customers' own, refunds end at what was paid, shipments at the door."""

import pytest

pytestmark = pytest.mark.anyio

ADA, BEN = "cus_ada", "cus_ben"


def refund(amount="20.00", order="LF-1042", customer=ADA, **more):
    return {"order_id": order, "amount": amount, "customer_id": customer, **more}


async def test_an_order_is_shown_to_its_customer(http):
    answer = await http.get("/orders/LF-1042", params={"customer_id": ADA})
    assert answer.status_code == 200
    assert answer.json() == {
        "order_id": "LF-1042",
        "status": "delivered",
        "placed_on": "2026-09-28",
        "items": [
            {"name": "Squall rain jacket, M", "quantity": 1, "price": "129.00"},
            {"name": "Merino socks", "quantity": 3, "price": "16.50"},
        ],
        "total": "178.50",
        "refunded": "0.00",
        "currency": "EUR",
        "tracking": "AN4420190IE",
    }


async def test_somebody_elses_order_is_not_there(http):
    theirs = await http.get("/orders/LF-1042", params={"customer_id": BEN})
    unknown = await http.get("/orders/LF-9999", params={"customer_id": BEN})
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json()["detail"] == "There is no order LF-1042."


async def test_an_order_needs_its_customer(http):
    assert (await http.get("/orders/LF-1042")).status_code == 422


async def test_a_refund_is_paid_and_told(http):
    answer = await http.post("/refunds", json=refund("20.05", reason="scratched"))
    assert answer.status_code == 201
    assert answer.json() == {
        "refund_id": "ref_00001",
        "order_id": "LF-1042",
        "amount": "20.05",
        "currency": "EUR",
        "status": "paid",
    }
    shown = await http.get("/orders/LF-1042", params={"customer_id": ADA})
    assert shown.json()["refunded"] == "20.05"


async def test_refunds_together_end_at_what_was_paid(http):
    assert (await http.post("/refunds", json=refund("178.49"))).status_code == 201
    more = await http.post("/refunds", json=refund("0.02"))
    assert (more.status_code, more.json()["code"]) == (422, "more_than_is_left")
    assert "0.01 EUR" in more.json()["detail"]
    assert (await http.post("/refunds", json=refund("0.01"))).status_code == 201


async def test_nobody_is_refunded_for_somebody_elses_order(http):
    assert (await http.post("/refunds", json=refund(customer=BEN))).status_code == 404
    assert (await http.get("/ledger")).json()["refunds"] == []


@pytest.mark.parametrize(
    "body",
    [
        refund("0.00"),
        refund("-5.00"),
        refund("5"),
        refund("5.001"),
        refund(5.0),
        refund(order="1042"),
        refund(note="?"),
        {"order_id": "LF-1042", "amount": "5.00"},
        ["LF-1042"],
    ],
)
async def test_a_body_that_is_no_refund_is_refused(http, body):
    answer = await http.post("/refunds", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert (await http.get("/ledger")).json()["refunds"] == []


async def test_the_ledger_adds_up(http):
    await http.post("/refunds", json=refund("20.00"), headers={"Idempotency-Key": "act_1"})
    await http.post("/refunds", json=refund("1.50"))
    await http.post("/refunds", json=refund("3.00", "LF-1051", BEN))
    told = (await http.get("/ledger")).json()
    assert [(one["amount"], one["idempotency_key"]) for one in told["refunds"]] == [
        ("20.00", "act_1"),
        ("1.50", None),
        ("3.00", None),
    ]
    assert told["refunded"] == "24.50"
    assert told["orders"]["LF-1042"] == {
        "customer_id": ADA,
        "status": "delivered",
        "total": "178.50",
        "refunds": 2,
        "refunded": "21.50",
    }
    assert len(told["orders"]) == 12


async def test_a_shipment_is_cancelled_and_restored_to_what_it_was(http):
    order = {"order_id": "LF-1053", "customer_id": BEN}
    assert (await http.post("/shipments/cancel", json=order)).json() == {
        "order_id": "LF-1053",
        "status": "cancelled",
    }
    assert (await http.post("/shipments/cancel", json=order)).status_code == 422
    assert (await http.post("/shipments/restore", json=order)).json()["status"] == "packed"
    assert (await http.post("/shipments/restore", json=order)).status_code == 422
    changes = (await http.get("/ledger")).json()["shipment_changes"]
    assert [one["change"] for one in changes] == ["cancelled", "restored"]


@pytest.mark.parametrize("path", ["/shipments/cancel", "/shipments/restore"])
async def test_nobody_touches_somebody_elses_shipment(http, path):
    answer = await http.post(path, json={"order_id": "LF-1053", "customer_id": ADA})
    assert answer.status_code == 404


async def test_a_parcel_that_left_is_not_cancelled(http):
    answer = await http.post("/shipments/cancel", json={"order_id": "LF-1043", "customer_id": ADA})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_cancellable")
