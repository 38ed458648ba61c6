"""Refunds: paid up to what the customer paid for the order."""

import sqlite3

from local.shop.amounts import CURRENCY, cents, written
from local.shop.once import Ask
from local.shop.orders import refunded_cents, theirs
from local.shop.outcomes import Outcome, not_their_order, refusal
from local.shop.requests import RefundRequest


def pay(connection: sqlite3.Connection, ask: Ask) -> Outcome:
    """Pays a refund. Raises pydantic's ValidationError for a body that is none."""
    wanted = RefundRequest.model_validate(ask.body)
    order = theirs(connection, wanted.order_id, wanted.customer_id)
    if order is None:
        return not_their_order(wanted.order_id)
    left_cents = order["total_cents"] - refunded_cents(connection, wanted.order_id)
    if cents(wanted.amount) > left_cents:
        left = f"{written(left_cents)} {CURRENCY}"
        return refusal(422, "more_than_is_left", f"Only {left} of this order can be refunded.")
    paid = connection.execute(
        "INSERT INTO refunds (order_id, cents, reason, key, at) VALUES (?, ?, ?, ?, ?)",
        (wanted.order_id, cents(wanted.amount), wanted.reason, ask.key, ask.at.isoformat()),
    )
    return Outcome(
        201,
        {
            "refund_id": refund_id(paid.lastrowid or 0),
            "order_id": wanted.order_id,
            "amount": written(cents(wanted.amount)),
            "currency": CURRENCY,
            "status": "paid",
        },
    )


def refund_id(number: int) -> str:
    """A refund's number as customers read it."""
    return f"ref_{number:05d}"
