"""Orders as their customers see them."""

import sqlite3

from local.shop.amounts import CURRENCY, written
from local.shop.outcomes import Outcome, not_their_order


def show(connection: sqlite3.Connection, order_id: str, customer: str) -> Outcome:
    """An order of this customer, or 404."""
    row = theirs(connection, order_id, customer)
    if row is None:
        return not_their_order(order_id)
    items = connection.execute("SELECT * FROM items WHERE order_id = ?", (order_id,))
    return Outcome(
        200,
        {
            "order_id": order_id,
            "status": row["status"],
            "placed_on": row["placed_on"],
            "items": [
                {
                    "name": item["name"],
                    "quantity": item["quantity"],
                    "price": written(item["price_cents"]),
                }
                for item in items
            ],
            "total": written(row["total_cents"]),
            "refunded": written(refunded_cents(connection, order_id)),
            "currency": CURRENCY,
            "tracking": row["tracking"],
        },
    )


def theirs(connection: sqlite3.Connection, order_id: str, customer: str) -> sqlite3.Row | None:
    """The order's row when it is this customer's."""
    query = "SELECT * FROM orders WHERE id = ? AND customer = ?"
    row: sqlite3.Row | None = connection.execute(query, (order_id, customer)).fetchone()
    return row


def refunded_cents(connection: sqlite3.Connection, order_id: str) -> int:
    """What of an order was refunded so far."""
    query = "SELECT COALESCE(SUM(cents), 0) FROM refunds WHERE order_id = ?"
    total: int = connection.execute(query, (order_id,)).fetchone()[0]
    return total
