"""The shop's tools: bodies of ``PUT /v1/tools/{name}``, by name.

``{order_id}`` in a URL is filled with the argument of that name. Of a GET the other arguments go
into the query, of a POST all others are the JSON body.
"""

from typing import Any

from local.shop.amounts import AMOUNT_PATTERN, CURRENCY
from local.shop.requests import CUSTOMER_PATTERN, ORDER_PATTERN

_ORDER: dict[str, Any] = {
    "type": "string",
    "title": "Order number",
    "description": "It looks like LF-1042 and is in the confirmation e-mail.",
    "pattern": ORDER_PATTERN,
}
_CUSTOMER: dict[str, Any] = {
    "type": "string",
    "title": "Customer",
    "description": "The customer who owns the order.",
    "pattern": CUSTOMER_PATTERN,
}
_AMOUNT: dict[str, Any] = {
    "type": "string",
    "title": "Amount",
    "description": "How many euros to pay back, such as 20.00.",
    "pattern": AMOUNT_PATTERN,
}


def tools(shop_url: str) -> dict[str, dict[str, Any]]:
    """The tools of a shop that is served at this URL."""
    return {"look_up_order": _look_up_order(shop_url), "refund_order": _refund_order(shop_url)}


def saga_tools(shop_url: str) -> dict[str, dict[str, Any]]:
    """A process and its steps, in the order in which they can be put.

    The demo goes without them. Offered beside ``tools`` they take no wish from those.
    """
    return {
        "cancel_shipment": _shipment(
            "Stop the shipment of an order that is still in the warehouse.",
            f"{shop_url}/shipments/cancel",
        ),
        "restore_shipment": _shipment(
            "Let a cancelled order be shipped after all.", f"{shop_url}/shipments/restore"
        ),
        "refund_order": _refund_order(shop_url),
        "cancel_and_refund": _cancel_and_refund(),
    }


def _look_up_order(shop_url: str) -> dict[str, Any]:
    return {
        "description": (
            "Look up one order of the customer: its status, where the parcel is, the items, "
            "the total and the tracking number."
        ),
        "parameters": {
            "type": "object",
            "properties": {"order_id": _ORDER, "customer_id": _CUSTOMER},
            "required": ["order_id", "customer_id"],
            "additionalProperties": False,
        },
        "effect": "read",
        "endpoint": {"method": "GET", "url": f"{shop_url}/orders/{{order_id}}"},
        "confirmation": "none",
        "order_field": "order_id",
        "end_user_field": "customer_id",
        "examples": [
            "Where is my order LF-1042?",
            "What is the status of order LF-1042?",
            "Has my order been shipped yet?",
            "Look up my order LF-1042",
            "Give me the tracking number of my order",
            "What did I buy in order LF-1042?",
        ],
    }


def _shipment(description: str, url: str) -> dict[str, Any]:
    return {
        "description": description,
        "parameters": {
            "type": "object",
            "properties": {"order_id": _ORDER, "customer_id": _CUSTOMER},
            "required": ["order_id", "customer_id"],
            "additionalProperties": False,
        },
        "effect": "write",
        "endpoint": {"method": "POST", "url": url},
        "confirmation": "customer",
        "idempotency": "key",
        "order_field": "order_id",
        "end_user_field": "customer_id",
    }


def _cancel_and_refund() -> dict[str, Any]:
    return {
        "description": "Cancel an order: stop its shipment and pay its amount back.",
        "parameters": {
            "type": "object",
            "properties": {"order_id": _ORDER, "amount": _AMOUNT, "customer_id": _CUSTOMER},
            "required": ["order_id", "amount", "customer_id"],
            "additionalProperties": False,
        },
        "effect": "write",
        "steps": [
            {"tool": "cancel_shipment", "undo": "restore_shipment"},
            {"tool": "refund_order"},
        ],
        "confirmation": "customer",
        "limits": [_limit("150.00", "order")],
        "order_field": "order_id",
        "end_user_field": "customer_id",
        "examples": ["Cancel my order LF-1042 and pay me back 20.00"],
    }


def _refund_order(shop_url: str) -> dict[str, Any]:
    reason = {
        "type": "string",
        "title": "Reason",
        "description": "Why the customer wants it back, in a few words.",
        "maxLength": 200,
    }
    return {
        "description": "Pay an amount of an order back to the customer.",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": _ORDER,
                "amount": _AMOUNT,
                "customer_id": _CUSTOMER,
                "reason": reason,
            },
            "required": ["order_id", "amount", "customer_id"],
            "additionalProperties": False,
        },
        "effect": "write",
        "endpoint": {"method": "POST", "url": f"{shop_url}/refunds"},
        "confirmation": "customer",
        "idempotency": "key",
        "limits": [
            _limit("100.00", "action"),
            _limit("150.00", "order"),
            _limit("300.00", "end_user"),
            _limit("1000.00", "day"),
        ],
        "order_field": "order_id",
        "end_user_field": "customer_id",
        "examples": [
            "I want my money back for order LF-1042",
            "Please refund 20 euros of order LF-1042",
            "I want a refund",
            "Give me a refund for my order",
            "Can you pay back 15.00 for LF-1042?",
        ],
    }


def _limit(amount: str, per: str) -> dict[str, Any]:
    return {"field": "amount", "max": {"amount": amount, "currency": CURRENCY}, "per": per}
