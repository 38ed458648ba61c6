"""Tools of several steps through the API: put, shown, guarded; and what is no process."""

from typing import Any

import pytest

NAMES = {"order_id": {"type": "string"}, "amount": {"type": "string"}}
STEP: dict[str, Any] = {
    "description": "Does something to an order.",
    "parameters": {"type": "object", "properties": NAMES, "required": ["order_id"]},
    "effect": "write",
    "endpoint": {"method": "POST", "url": "https://acme.example/steps"},
    "confirmation": "customer",
}
LOOKS: dict[str, Any] = STEP | {
    "effect": "read",
    "endpoint": {"method": "GET", "url": "https://acme.example/orders"},
}
STEPS = [{"tool": "cancel_shipment", "undo": "restore_shipment"}, {"tool": "refund_order"}]
PROCESS: dict[str, Any] = {
    "description": "Cancel an order and pay it back.",
    "parameters": {"type": "object", "properties": NAMES, "required": ["order_id"]},
    "effect": "write",
    "steps": STEPS,
    "confirmation": "customer",
    "limits": [{"field": "amount", "max": {"amount": "50.00", "currency": "EUR"}, "per": "order"}],
    "order_field": "order_id",
}


@pytest.fixture
def put(world, acme):
    def put(body, name="cancel_and_refund", key=acme.secret):
        return world.call("PUT", f"/v1/tools/{name}", body, key=key)

    for step in ("cancel_shipment", "restore_shipment", "refund_order"):
        assert put(STEP, step).status == 200
    assert put(LOOKS, "look_up_order").status == 200
    return put


def test_a_process_is_put_and_comes_back(world, acme, put):
    answer = put(PROCESS)

    assert answer.status == 200, answer.text
    assert "endpoint" not in answer.json
    assert answer.json["steps"] == [STEPS[0], STEPS[1] | {"undo": None}]
    assert world.call("GET", "/v1/tools/cancel_and_refund", key=acme.secret).json == answer.json


def test_a_tool_with_an_endpoint_is_told_as_ever(world, acme, put):
    told = world.call("GET", "/v1/tools/refund_order", key=acme.secret).json
    assert told["endpoint"] == STEP["endpoint"]
    assert "steps" not in told


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"steps": None}, "endpoint"),
    ({"steps": []}, "steps"),
    ({"steps": STEPS[:1]}, "steps"),
    ({"steps": STEPS * 3}, "steps"),
    ({"steps": "refund_order"}, "steps"),
    ({"steps": ["refund_order", "refund_order"]}, "steps.0"),
    ({"steps": [{"undo": "refund_order"}, STEPS[1]]}, "steps.0.tool"),
    ({"steps": [STEPS[0] | {"endpoint": "x"}, STEPS[1]]}, "steps.0.endpoint"),
    ({"endpoint": STEP["endpoint"]}, "steps"),
    ({"steps": [STEPS[0], {"tool": "nothing"}]}, "steps.1.tool"),
    ({"steps": [STEPS[0], {"tool": "refund_order", "undo": "nothing"}]}, "steps.1.undo"),
    ({"steps": [STEPS[0], {"tool": "cancel_and_refund"}]}, "steps.1.tool"),
    ({"steps": [STEPS[0], {"tool": "look_up_order"}]}, "steps.1.tool"),
    ({"steps": [STEPS[0], {"tool": "refund_order", "undo": "look_up_order"}]}, "steps.1.undo"),
    ({"effect": "read", "limits": []}, "effect"),
    ({"idempotency": "key"}, "idempotency"),
    ({"lookup": {"method": "GET", "url": "https://acme.example/{key}"}}, "lookup"),
    ({"parameters": {"type": "object", "properties": {"amount": {}}}}, "order_field"),
    (
        {
            "parameters": {"type": "object", "properties": {"amount": {}}},
            "order_field": None,
            "limits": [],
        },
        "steps.0.tool",
    ),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_wrong_process_names_its_field_and_is_not_written(world, acme, put, change, field):
    answer = put(PROCESS | change)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert field in answer.fields
    assert world.call("GET", "/v1/tools/cancel_and_refund", key=acme.secret).code == "not_found"


def test_a_process_is_no_step_of_another(put):
    put(PROCESS)
    nested = PROCESS | {"steps": [{"tool": "cancel_and_refund"}, {"tool": "refund_order"}]}

    assert put(nested, "twice").fields == ["steps.0.tool"]


def test_another_tenants_tools_are_no_steps(rival, put):
    assert "steps.0.tool" in put(PROCESS, key=rival.secret).fields


def test_a_step_that_needs_the_customer_is_for_a_process_that_has_one(put):
    names = NAMES | {"customer": {"type": "string"}}
    schema = {"type": "object", "properties": names, "required": ["order_id", "customer"]}
    put(STEP | {"parameters": schema, "end_user_field": "customer"}, "refund_order")

    assert put(PROCESS).fields == ["end_user_field"]
    with_customer = PROCESS | {"parameters": schema, "end_user_field": "customer"}
    assert put(with_customer).status == 200


def test_a_step_stays_what_a_step_must_be_until_its_process_is_gone(world, acme, put):
    put(PROCESS)
    delete = lambda name: world.call("DELETE", f"/v1/tools/{name}", key=acme.secret)  # noqa: E731

    for name in ("cancel_shipment", "restore_shipment", "refund_order"):
        assert delete(name).code == "conflict"
        assert put(LOOKS, name).code == "conflict"
        assert put(STEP | {"description": "Does it anew."}, name).status == 200
    assert delete("cancel_and_refund").status == 204
    assert delete("refund_order").status == 204
