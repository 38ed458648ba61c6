"""The shop's OpenAPI 3.1 document: what it hands out to whoever connects an agent to it."""

from typing import Any

from local.shop.amounts import AMOUNT_PATTERN, CURRENCY
from local.shop.requests import CUSTOMER_PATTERN, ORDER_PATTERN

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_ORDER_ID: Json = {
    "type": "string",
    "title": "Order number",
    "description": "The number of the order, such as LF-1042.",
    "pattern": ORDER_PATTERN,
}
_CUSTOMER_ID: Json = {
    "type": "string",
    "title": "Customer",
    "description": "The customer who owns the order.",
    "pattern": CUSTOMER_PATTERN,
}
_AMOUNT: Json = {
    "type": "string",
    "title": "Amount",
    "description": "An amount in euros, such as 20.00.",
    "pattern": AMOUNT_PATTERN,
}
_CURRENCY: Json = {"type": "string", "const": CURRENCY}
_STATUS: Json = {"enum": ["processing", "packed", "shipped", "delivered", "cancelled"]}
_TIME: Json = {"type": "string", "format": "date-time"}
_KEY: Json = {"type": ["string", "null"]}


def document(url: str) -> Json:
    """The document of a shop that is served at this URL."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Larkfell orders",
            "version": "1",
            "description": "Orders, refunds and shipments of the outdoor shop Larkfell.",
        },
        "servers": [{"url": url}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "parameters": {"IdempotencyKey": _key_parameter()}},
    }


def _paths() -> Json:
    return {
        "/orders/{order_id}": {
            "get": {
                "operationId": "look_up_order",
                "summary": "Look an order up: its status, items, total and tracking number.",
                "parameters": [
                    _parameter("order_id", "path", _ORDER_ID),
                    _parameter("customer_id", "query", _CUSTOMER_ID),
                ],
                "responses": _responses(200, "Order", "The order.", 401, 404, 422),
            }
        },
        "/refunds": {
            "post": _act("refund_order", "Pay an amount of an order back.", "Refund", 201)
        },
        "/refunds/by-key/{key}": {
            "get": {
                "operationId": "look_up_refund",
                "summary": "What became of the refund with an Idempotency-Key.",
                "parameters": [_parameter("key", "path", _TEXT)],
                "responses": _responses(201, "Refund", "The first outcome.", 401, 404, 422),
            }
        },
        "/shipments/cancel": {
            "post": _act("cancel_shipment", "Stop an order's shipment.", "Shipment", 200)
        },
        "/shipments/restore": {
            "post": _act("restore_shipment", "Undo a cancellation.", "Shipment", 200)
        },
        "/ledger": {
            "get": {
                "operationId": "show_ledger",
                "summary": "All refunds, the sums per order, and all changes to shipments.",
                "responses": _responses(200, "Ledger", "The ledger."),
            }
        },
        "/health": {
            "get": {
                "operationId": "check_health",
                "summary": "Whether the shop is open.",
                "responses": _responses(200, "Health", "It is."),
            }
        },
    }


def _act(name: str, summary: str, answer: str, status: int) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "parameters": [{"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": {"required": True, "content": _json(f"{answer}Request")},
        "responses": _responses(status, answer, "It is done.", 400, 401, 404, 422),
    }


def _responses(status: int, schema: str, description: str, *problems: int) -> Json:
    said = {
        400: "The Idempotency-Key can't be used.",
        401: "The signature is missing or wrong.",
        404: "There is no such thing, or it is not this customer's.",
        422: "It can't be done, or the request is not understood.",
    }
    return {
        str(status): {"description": description, "content": _json(schema)},
        **{
            str(problem): {"description": said[problem], "content": _json("Problem")}
            for problem in problems
        },
    }


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _parameter(name: str, place: str, schema: Json) -> Json:
    return {"name": name, "in": place, "required": True, "schema": schema}


def _key_parameter() -> Json:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "The first outcome of a key is given again to every repetition.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }


def _object(*optional: str, **properties: Json) -> Json:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _schemas() -> Json:
    item = _object(name=_TEXT, quantity={"type": "integer"}, price=_AMOUNT)
    refund = {"refund_id": _TEXT, "order_id": _ORDER_ID, "amount": _AMOUNT}
    done = {"idempotency_key": _KEY, "created_at": _TIME}
    change = {"enum": ["cancelled", "restored"]}
    sums = _object(
        customer_id=_CUSTOMER_ID,
        status=_STATUS,
        total=_AMOUNT,
        refunds={"type": "integer"},
        refunded=_AMOUNT,
    )
    return {
        "Order": _object(
            order_id=_ORDER_ID,
            status=_STATUS,
            placed_on={"type": "string", "format": "date"},
            items=_list(item),
            total=_AMOUNT,
            refunded=_AMOUNT,
            currency=_CURRENCY,
            tracking={"type": ["string", "null"]},
        ),
        "RefundRequest": _object(
            "reason",
            order_id=_ORDER_ID,
            amount=_AMOUNT,
            customer_id=_CUSTOMER_ID,
            reason={"type": ["string", "null"], "maxLength": 200},
        ),
        "Refund": _object(**refund, currency=_CURRENCY, status={"const": "paid"}),
        "ShipmentRequest": _object(order_id=_ORDER_ID, customer_id=_CUSTOMER_ID),
        "Shipment": _object(order_id=_ORDER_ID, status=_STATUS),
        "Ledger": _object(
            currency=_CURRENCY,
            refunds=_list(_object(**refund, reason={"type": ["string", "null"]}, **done)),
            refunded=_AMOUNT,
            orders={"type": "object", "additionalProperties": sums},
            shipment_changes=_list(_object(order_id=_ORDER_ID, change=change, **done)),
        ),
        "Health": _object(status={"const": "ok"}),
        "Problem": _object(code=_TEXT, detail=_TEXT),
    }
