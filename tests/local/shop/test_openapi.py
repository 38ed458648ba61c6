"""The OpenAPI document is valid, names every route that the platform may call, and is kept to."""

import json

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import validate
from starlette.routing import Route

from local.shop.app import create_app
from local.shop.openapi import document

pytestmark = pytest.mark.anyio

ADA = {"customer_id": "cus_ada"}
REFUND = {"order_id": "LF-1042", "amount": "20.00", **ADA}
SHIPMENT = {"order_id": "LF-1044", **ADA}


def test_the_document_is_valid():
    validate(document("http://127.0.0.1:1"))


def test_every_route_is_described(database):
    described = {
        (method.upper(), path)
        for path, operations in document("")["paths"].items()
        for method in operations
    }
    routes = {
        (method, route.path.replace(":path", ""))
        for route in create_app(database).routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
        if route.path not in ("/faults", "/openapi.json")
    }
    assert described == routes


async def test_the_shop_hands_it_out_with_its_own_address(http):
    assert (await http.get("/openapi.json")).json() == document("http://shop")


@pytest.mark.parametrize(
    ("method", "path", "described", "body"),
    [
        ("get", "/orders/LF-1042?customer_id=cus_ada", "/orders/{order_id}", None),
        ("get", "/orders/LF-1044?customer_id=cus_ada", "/orders/{order_id}", None),
        ("get", "/orders/LF-1051?customer_id=cus_ada", "/orders/{order_id}", None),
        ("post", "/refunds", "/refunds", REFUND),
        ("post", "/refunds", "/refunds", REFUND | {"amount": "900.00"}),
        ("post", "/shipments/cancel", "/shipments/cancel", SHIPMENT),
        ("post", "/shipments/restore", "/shipments/restore", SHIPMENT),
        ("get", "/refunds/by-key/k", "/refunds/by-key/{key}", None),
        ("get", "/refunds/by-key/seen", "/refunds/by-key/{key}", None),
        ("get", "/ledger", "/ledger", None),
        ("get", "/health", "/health", None),
    ],
)
async def test_answers_are_as_described(http, method, path, described, body):
    await http.post("/refunds", json=REFUND, headers={"Idempotency-Key": "seen"})
    await http.post("/shipments/cancel", json={"order_id": "LF-1080", "customer_id": "cus_eva"})
    answer = await http.request(method, path, json=body)
    responses = document("")["paths"][described][method]["responses"]
    schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
    text = json.dumps({**schema, "components": document("")["components"]})
    Draft202012Validator(json.loads(text)).validate(answer.json())
