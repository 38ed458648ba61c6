"""What is wanted of the shop: refunds of many small orders, by three tools under tight limits."""

import random
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kills.shop import DOOR
from helpdesk.acting import Proposal
from helpdesk.clock import utc_now
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.tools import Confirmation, Endpoint, Idempotency, Limit, Tool
from local.shop.database import Database

TENANT = TenantId("ten_kills")
PER_ACTION, PER_ORDER, PER_CUSTOMER = "5.00", "6.00", "20.00"
_CURRENCY = "EUR"
_AMOUNTS = ("0.50", "1.00", "1.75", "2.50", "4.00", "5.00", "5.01")
_WISHES_AN_ORDER, _ORDERS_A_CUSTOMER = 8, 4
_ORDER_CENTS = 10_000

KINDS: dict[str, tuple[Confirmation, Idempotency]] = {
    "refund_by_key": ("customer", "key"),
    "refund_by_look_up": ("none", "lookup"),
    "refund_once": ("none", "none"),
}
"""The tools, and what their endpoints do with a repeated key."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All wishes of a run; they follow from its seed."""

    seed: int
    count: int

    def wish(self, number: int) -> Proposal:
        """One of them."""
        chance = random.Random(f"{self.seed} {number}")
        order, customer = _order(number % self._orders)
        arguments = {"order_id": order, "amount": chance.choice(_AMOUNTS)}
        tool = chance.choice(list(KINDS))
        return Proposal(TENANT, tool, arguments, f"wish {number}", customer)

    def fill(self, shop: Path) -> None:
        """Gives a new shop the orders that the wishes are about."""
        with Database(shop).transaction() as connection:
            connection.executemany(
                "INSERT INTO orders VALUES (?, ?, 'delivered', NULL, '2026-10-01', ?, NULL)",
                [(*_order(number), _ORDER_CENTS) for number in range(self._orders)],
            )

    @property
    def _orders(self) -> int:
        return max(1, self.count // _WISHES_AN_ORDER)

    def tools(self, shop_url: str) -> list[Tool]:
        """The tools of a shop that is served at this URL."""
        # About as much as there is to pay, so that it is used up towards the end.
        per_day = f"{self.count / 2:.2f}"
        return [_tool(name, shop_url, per_day) for name in KINDS]


def _tool(name: str, shop_url: str, per_day: str) -> Tool:
    confirmation, idempotency = KINDS[name]
    door = shop_url if idempotency == "key" else f"{shop_url}{DOOR}"
    look_up = Endpoint("GET", f"{door}/refunds/by-key/{{key}}")
    return Tool(
        tenant=TENANT,
        name=name,
        description="Refund an order.",
        parameters={"type": "object", "required": ["order_id", "amount", "customer_id"]},
        effect="write",
        endpoint=Endpoint("POST", f"{door}/refunds"),
        updated_at=utc_now(),
        confirmation=confirmation,
        idempotency=idempotency,
        lookup=look_up if idempotency == "lookup" else None,
        limits=(
            Limit("amount", Money.of(PER_ACTION, _CURRENCY), "action"),
            Limit("amount", Money.of(PER_ORDER, _CURRENCY), "order"),
            Limit("amount", Money.of(PER_CUSTOMER, _CURRENCY), "end_user"),
            Limit("amount", Money.of(per_day, _CURRENCY), "day"),
        ),
        order_field="order_id",
        end_user_field="customer_id",
    )


def _order(number: int) -> tuple[str, str]:
    return f"LF-{2000 + number}", f"cus_k{number // _ORDERS_A_CUSTOMER}"
