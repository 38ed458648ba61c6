"""Each fault as its caller meets it on a real connection, and what is done after it."""

import json
import socket
import time
from contextlib import closing
from typing import Any

import httpx2
import pytest

from local import processes
from local.settings import HOST

ORDER, CUSTOMER = "LF-1070", "cus_dev"


@pytest.fixture
def key(request) -> str:
    return str(request.node.name)


@pytest.fixture(autouse=True)
def well_again(shop):
    """No test leaves its faults to the next."""
    yield
    shop.http.delete("/faults")


def refund(key: str, amount: str = "1.00") -> dict[str, Any]:
    return {
        "json": {"order_id": ORDER, "amount": amount, "customer_id": CUSTOMER},
        "headers": {"Idempotency-Key": key},
    }


def switch_on(shop, fault: str, times: int = 1, path: str = "/refunds") -> None:
    shop.http.put("/faults", json={"path": path, "fault": fault, "times": times}).raise_for_status()


def done(shop, key: str) -> int:
    """How many refunds were paid with a key."""
    refunds = shop.http.get("/ledger").json()["refunds"]
    return sum(one["idempotency_key"] == key for one in refunds)


def until_done(shop, key: str) -> None:
    ends = processes.deadline(10)
    while not done(shop, key):
        assert time.monotonic() < ends


def ask_by_hand(shop, key: str) -> socket.socket:
    """Sends a refund and leaves the connection open."""
    asked = refund(key)
    body = json.dumps(asked["json"])
    connection = socket.create_connection((HOST, shop.port), timeout=10)
    connection.sendall(
        f"POST /refunds HTTP/1.1\r\nHost: shop\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    return connection


def all_that_comes(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1000)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(("fault", "paid"), [("error_before", 0), ("error_after", 1)])
def test_an_error_says_nothing_about_what_was_done(shop, key, fault, paid):
    switch_on(shop, fault)
    assert shop.http.post("/refunds", **refund(key)).status_code == 500
    assert done(shop, key) == paid
    assert shop.http.post("/refunds", **refund(key)).status_code == 201
    assert done(shop, key) == 1


@pytest.mark.parametrize(("fault", "paid"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_closes_without_a_byte(shop, key, fault, paid):
    switch_on(shop, fault)
    with closing(ask_by_hand(shop, key)) as connection:
        assert all_that_comes(connection) == b""
    assert done(shop, key) == paid
    assert shop.http.post("/refunds", **refund(key)).status_code == 201
    assert done(shop, key) == 1


def test_who_hangs_has_done_it(shop, key):
    switch_on(shop, "hang")
    with pytest.raises(httpx2.ReadTimeout):
        shop.http.post("/refunds", **refund(key), timeout=0.3)
    assert done(shop, key) == 1


def test_who_is_late_does_it_when_the_caller_has_gone(shop, key):
    switch_on(shop, "late")
    with closing(ask_by_hand(shop, key)) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        assert done(shop, key) == 0
    until_done(shop, key)


def test_garbage_is_no_json(shop, key):
    switch_on(shop, "garbage")
    answer = shop.http.post("/refunds", **refund(key))
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<html>")
    assert done(shop, key) == 1


def test_a_request_that_is_handled_twice_is_paid_once_with_its_key(shop, key):
    switch_on(shop, "twice")
    answer = shop.http.post("/refunds", **refund(key))
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")
    assert done(shop, key) == 1


def test_without_a_key_it_is_paid_twice(shop):
    before = shop.http.get("/ledger").json()["orders"][ORDER]["refunds"]
    switch_on(shop, "twice")
    shop.http.post("/refunds", json=refund("")["json"]).raise_for_status()
    assert shop.http.get("/ledger").json()["orders"][ORDER]["refunds"] == before + 2


def test_a_fault_is_over_after_its_times(shop, key):
    switch_on(shop, "error_before", times=2)
    statuses = [shop.http.post("/refunds", **refund(key)).status_code for _ in range(3)]
    assert statuses == [500, 500, 201]


def test_faults_are_switched_off(shop):
    switch_on(shop, "error_before", times=99)
    assert shop.http.delete("/faults").status_code == 204
    assert shop.http.get("/refunds/by-key/none").status_code == 404
    assert shop.http.post("/refunds", json={}).status_code == 422


def test_a_fault_concerns_its_path_alone_and_a_star_what_lies_below(shop):
    switch_on(shop, "error_before", path="/refunds")
    switch_on(shop, "error_before", path="/orders/*")
    assert shop.http.get("/refunds/by-key/none").status_code == 404
    order = f"/orders/{ORDER}?customer_id={CUSTOMER}"
    assert [shop.http.get(order).status_code for _ in range(2)] == [500, 200]
    assert shop.http.post("/refunds", json={}).status_code == 500


def test_a_fault_everywhere_can_be_switched_off(shop):
    switch_on(shop, "error_before", times=99, path="/*")
    assert shop.http.get("/ledger").status_code == 500
    assert shop.http.delete("/faults").status_code == 204
    assert shop.http.get("/ledger").status_code == 200


def test_another_fault_of_a_path_replaces_the_first(shop):
    switch_on(shop, "error_before", times=99)
    switch_on(shop, "garbage")
    assert shop.http.post("/refunds", json={}).status_code == 200
    assert shop.http.post("/refunds", json={}).status_code == 422


@pytest.mark.parametrize(
    "fault",
    [
        {"path": "/refunds", "fault": "explode", "times": 1},
        {"path": "/refunds", "fault": "hang", "times": 0},
        {"path": "refunds", "fault": "hang", "times": 1},
    ],
)
def test_an_unknown_fault_is_refused(shop, fault):
    assert shop.http.put("/faults", json=fault).status_code == 422
    assert shop.http.post("/refunds", json={}).status_code == 422
