"""What was done stays; what was broken off was never done."""

from datetime import UTC, datetime

import pytest

from local import processes
from local.shop.database import Database
from local.shop.ledger import ledger
from local.shop.once import Ask, first_outcome, once
from local.shop.outcomes import Outcome
from local.shop.refunds import pay
from tests.local.shop.conftest import run_shop

REFUND = {"order_id": "LF-1042", "amount": "20.00", "customer_id": "cus_ada"}


def test_a_crash_in_the_middle_leaves_neither_refund_nor_outcome(database: Database):
    def pay_and_crash(connection, ask) -> Outcome:
        pay(connection, ask)
        raise SystemExit

    ask = Ask("/refunds", REFUND, "act_1", datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(SystemExit):
        once(database, ask, pay_and_crash)

    assert first_outcome(database, "/refunds", "act_1").status == 404
    with database.transaction() as connection:
        assert ledger(connection)["refunds"] == []
    assert once(database, ask, pay).status == 201


def test_all_of_it_survives_a_kill(tmp_path):
    before = run_shop(tmp_path / "shop.sqlite")
    with before.http:
        paid = before.http.post("/refunds", json=REFUND, headers={"Idempotency-Key": "act_1"})
        told = before.http.get("/ledger").json()
        processes.stop(before.process, grace_seconds=0)

    after = run_shop(tmp_path / "shop.sqlite")
    with after.http:
        again = after.http.post("/refunds", json=REFUND, headers={"Idempotency-Key": "act_1"})
        assert after.http.get("/ledger").json() == told
        processes.stop(after.process)
    assert (again.status_code, again.json()) == (201, paid.json())
    assert len(told["refunds"]) == 1
