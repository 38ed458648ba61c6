"""The shop's tools have the shape that the API takes, and call the shop as it wants."""

import re
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from local.shop.tools import saga_tools, tools

ALLOWED = {
    *("description", "parameters", "effect", "endpoint", "confirmation", "idempotency", "lookup"),
    *("limits", "order_field", "end_user_field", "examples", "steps"),
}
REQUIRED = {"description", "parameters", "effect", "confirmation"}
TOOLS = tools("http://shop") | saga_tools("http://shop")
EACH = pytest.mark.parametrize("name", sorted(TOOLS))


@EACH
def test_a_tool_has_the_apis_fields(name):
    assert TOOLS[name].keys() <= ALLOWED
    assert TOOLS[name].keys() >= REQUIRED
    assert ("endpoint" in TOOLS[name]) != ("steps" in TOOLS[name])


@EACH
def test_its_parameters_are_a_schema_that_explains_itself(name):
    parameters = TOOLS[name]["parameters"]
    Draft202012Validator.check_schema(parameters)
    assert all({"title", "description"} <= one.keys() for one in parameters["properties"].values())


@EACH
def test_what_it_names_are_parameters_that_it_must_have(name):
    tool = TOOLS[name]
    named = {tool["order_field"], tool["end_user_field"]}
    named |= {limit["field"] for limit in tool.get("limits", ())}
    named |= set(re.findall(r"{(\w+)}", tool.get("endpoint", {}).get("url", "")))
    assert named <= set(tool["parameters"]["required"])


def test_a_process_has_steps_that_are_put_before_it_and_need_no_more_than_it_has():
    *before, last = saga_tools("http://shop")
    process = TOOLS[last]
    for step in process["steps"]:
        for name in filter(None, (step["tool"], step.get("undo"))):
            assert name in before
            needed = set(TOOLS[name]["parameters"]["required"])
            assert needed <= set(process["parameters"]["required"])


def test_a_refund_is_confirmed_repeatable_and_limited():
    refund = TOOLS["refund_order"]
    assert (refund["effect"], refund["confirmation"]) == ("write", "customer")
    assert refund["idempotency"] == "key"
    assert {limit["per"]: limit["max"]["amount"] for limit in refund["limits"]} == {
        "action": "100.00",
        "order": "150.00",
        "end_user": "300.00",
        "day": "1000.00",
    }


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "arguments", "status"),
    [
        ("look_up_order", {"order_id": "LF-1042", "customer_id": "cus_ada"}, 200),
        ("look_up_order", {"order_id": "LF-1042", "customer_id": "cus_ben"}, 404),
        ("cancel_shipment", {"order_id": "LF-1042", "customer_id": "cus_ben"}, 404),
        (
            "refund_order",
            {"order_id": "LF-1042", "customer_id": "cus_ada", "amount": "100.00"},
            201,
        ),
    ],
)
async def test_a_tool_called_by_the_convention_is_answered(http, name, arguments, status):
    Draft202012Validator(TOOLS[name]["parameters"]).validate(arguments)
    endpoint, rest = TOOLS[name]["endpoint"], dict(arguments)
    url = re.sub(r"{(\w+)}", lambda match: quote(rest.pop(match[1]), safe=""), endpoint["url"])
    sent = {"params": rest} if endpoint["method"] == "GET" else {"json": rest}
    assert (await http.request(endpoint["method"], url, **sent)).status_code == status
