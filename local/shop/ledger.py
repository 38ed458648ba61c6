"""The ledger: everything that was done, for whoever has to check that it was done once."""

import sqlite3
from typing import Any

from local.shop.amounts import CURRENCY, written
from local.shop.refunds import refund_id

_ORDERS = """
SELECT orders.id, customer, status, total_cents, COUNT(refunds.number) AS refunds,
       COALESCE(SUM(cents), 0) AS refunded_cents
FROM orders LEFT JOIN refunds ON refunds.order_id = orders.id
GROUP BY orders.id ORDER BY orders.id
"""


def ledger(connection: sqlite3.Connection) -> dict[str, Any]:
    """All refunds in their order, the sums per order, and all changes to shipments."""
    refunds = connection.execute("SELECT * FROM refunds ORDER BY number").fetchall()
    changes = connection.execute("SELECT * FROM shipment_changes ORDER BY number")
    return {
        "currency": CURRENCY,
        "refunds": [
            {
                "refund_id": refund_id(row["number"]),
                "order_id": row["order_id"],
                "amount": written(row["cents"]),
                "reason": row["reason"],
                "idempotency_key": row["key"],
                "created_at": row["at"],
            }
            for row in refunds
        ],
        "refunded": written(sum(row["cents"] for row in refunds)),
        "orders": {
            row["id"]: {
                "customer_id": row["customer"],
                "status": row["status"],
                "total": written(row["total_cents"]),
                "refunds": row["refunds"],
                "refunded": written(row["refunded_cents"]),
            }
            for row in connection.execute(_ORDERS)
        },
        "shipment_changes": [
            {
                "order_id": row["order_id"],
                "change": row["change"],
                "idempotency_key": row["key"],
                "created_at": row["at"],
            }
            for row in changes
        ],
    }
