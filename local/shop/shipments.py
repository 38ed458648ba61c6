"""Shipments: cancelled while the parcel is still in the warehouse, and restored."""

import sqlite3

from local.shop.once import Ask
from local.shop.orders import theirs
from local.shop.outcomes import Outcome, not_their_order, refusal
from local.shop.requests import OrderRequest

_CANCELLED = "cancelled"
_IN_THE_WAREHOUSE = ("processing", "packed")


def cancel(connection: sqlite3.Connection, ask: Ask) -> Outcome:
    """Stops an order's shipment. Raises pydantic's ValidationError for a body that is none."""
    wanted = OrderRequest.model_validate(ask.body)
    order = theirs(connection, wanted.order_id, wanted.customer_id)
    if order is None:
        return not_their_order(wanted.order_id)
    if order["status"] not in _IN_THE_WAREHOUSE:
        detail = f"The shipment can't be cancelled: it is {order['status']}."
        return refusal(422, "not_cancellable", detail)
    return _change(connection, ask, wanted.order_id, _CANCELLED, before=order["status"])


def restore(connection: sqlite3.Connection, ask: Ask) -> Outcome:
    """Undoes a cancellation. Raises pydantic's ValidationError for a body that is none."""
    wanted = OrderRequest.model_validate(ask.body)
    order = theirs(connection, wanted.order_id, wanted.customer_id)
    if order is None:
        return not_their_order(wanted.order_id)
    if order["status"] != _CANCELLED:
        return refusal(422, "not_cancelled", "The shipment is not cancelled.")
    return _change(connection, ask, wanted.order_id, order["status_before"], before=None)


def _change(
    connection: sqlite3.Connection, ask: Ask, order_id: str, status: str, *, before: str | None
) -> Outcome:
    connection.execute(
        "UPDATE orders SET status = ?, status_before = ? WHERE id = ?", (status, before, order_id)
    )
    connection.execute(
        "INSERT INTO shipment_changes (order_id, change, key, at) VALUES (?, ?, ?, ?)",
        (order_id, "restored" if before is None else _CANCELLED, ask.key, ask.at.isoformat()),
    )
    return Outcome(200, {"order_id": order_id, "status": status})
