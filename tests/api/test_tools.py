"""Tools through the API: put, read, listed, deleted; and what is no tool."""

from typing import Any

import pytest

ORDER = {"type": "string"}
TOOL: dict[str, Any] = {
    "description": "Refund an order.",
    "parameters": {
        "type": "object",
        "properties": {
            "order_id": ORDER,
            "amount": {"type": "string", "default": "0.50"},
            "customer": ORDER,
            "share": {"type": "number", "minimum": 0.5},
        },
        "required": ["order_id", "amount"],
    },
    "effect": "write",
    "endpoint": {"method": "POST", "url": "https://acme.example/orders/{order_id}/refunds?v=1"},
    "confirmation": "customer",
    "idempotency": "lookup",
    "lookup": {"method": "GET", "url": "https://acme.example/refunds/{key}"},
    "limits": [
        {"field": "amount", "max": {"amount": "50.00", "currency": "EUR"}, "per": "order"},
        {"field": "amount", "max": {"amount": "200.5", "currency": "EUR"}, "per": "end_user"},
    ],
    "order_field": "order_id",
    "end_user_field": "customer",
    "examples": ["Please refund order 1042 🏝"],
}
LEAST: dict[str, Any] = {
    "description": "Looks an order up.",
    "parameters": {"type": "object"},
    "effect": "read",
    "endpoint": {"method": "GET", "url": "https://acme.example/orders"},
    "confirmation": "none",
}


@pytest.fixture
def put(world, acme):
    return lambda body, name="refund_order": world.call(
        "PUT", f"/v1/tools/{name}", body, key=acme.secret
    )


def test_a_tool_is_put_and_comes_back(world, acme, put):
    answer = put(TOOL)

    assert answer.status == 200, answer.text
    told = answer.json
    assert told.pop("updated_at").endswith("Z")
    expected = TOOL | {"name": "refund_order"}
    limits = [*TOOL["limits"]]
    limits[1] = limits[1] | {"max": {"amount": "200.50", "currency": "EUR"}}
    assert told == expected | {"limits": limits}
    assert world.call("GET", "/v1/tools/refund_order", key=acme.secret).json == answer.json
    assert world.call("GET", "/v1/tools", key=acme.secret).json == {
        "items": [answer.json],
        "next_cursor": None,
    }


def test_a_tool_of_an_mcp_server_comes_back_with_the_server_s_name_for_it(put):
    endpoint = {"method": "MCP", "url": "https://acme.example/mcp", "tool": "getOrder"}
    assert put(LEAST | {"endpoint": endpoint}).json["endpoint"] == endpoint
    del endpoint["tool"]
    assert put(LEAST | {"endpoint": endpoint}).json["endpoint"] == endpoint
    bad = put(LEAST | {"endpoint": LEAST["endpoint"] | {"tool": "getOrder"}})
    assert [each["field"] for each in bad.json["errors"]] == ["endpoint.tool"]


def test_what_is_not_named_has_the_stated_defaults(put):
    told = put(LEAST).json

    assert (told["idempotency"], told["lookup"], told["limits"]) == ("none", None, [])
    assert (told["order_field"], told["end_user_field"], told["examples"]) == (None, None, [])


def test_putting_again_replaces_the_tool_whole(world, acme, put):
    put(TOOL)
    put(LEAST)

    (only,) = world.call("GET", "/v1/tools", key=acme.secret).json["items"]
    assert (only["description"], only["limits"]) == (LEAST["description"], [])


def test_a_tool_of_the_same_name_is_another_one_for_another_tenant(world, acme, rival, put):
    before = put(TOOL).json

    theirs = world.call("PUT", "/v1/tools/refund_order", LEAST, key=rival.secret)
    assert (theirs.status, theirs.json["effect"]) == (200, "read")
    assert world.call("DELETE", "/v1/tools/refund_order", key=rival.secret).status == 204

    assert world.call("GET", "/v1/tools/refund_order", key=acme.secret).json == before


def test_a_deleted_tool_is_gone(world, acme, put):
    put(TOOL)

    assert world.call("DELETE", "/v1/tools/refund_order", key=acme.secret).status == 204
    for method in ("GET", "DELETE"):
        assert world.call(method, "/v1/tools/refund_order", key=acme.secret).code == "not_found"


def test_tools_are_listed_by_name_page_by_page(world, acme, put):
    for number in range(5):
        put(LEAST, f"tool_{number}")
    seen, query = [], {"limit": "2"}
    while True:
        page = world.call("GET", "/v1/tools", key=acme.secret, query=query).json
        seen += [tool["name"] for tool in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]

    assert seen == [f"tool_{number}" for number in range(5)]
    assert world.call("GET", "/v1/tools", key=acme.secret, query={"limit": "0"}).status == 422


def test_there_is_an_end_to_tools(put):
    for number in range(50):
        assert put(LEAST, f"tool_{number}").status == 200

    assert put(LEAST, "one_more").code == "conflict"
    assert put(TOOL, "tool_7").status == 200


def test_only_a_tenants_secret_key_has_tools(world, acme):
    for key in (acme.publishable, world.platform_keys.operator, world.platform_keys.finance):
        assert world.call("GET", "/v1/tools", key=key).code == "forbidden"
        assert world.call("PUT", "/v1/tools/a", LEAST, key=key).code == "forbidden"
    assert world.call("GET", "/v1/tools").code == "unauthenticated"


@pytest.mark.parametrize("name", ["Refund", "1st", "_x", "a-b", "a.b", "ä", "a" * 65, "a b"])
def test_an_impossible_name_is_not_found(put, name):
    assert put(LEAST, name).code == "not_found"


def limit(**change):
    return {"limits": [TOOL["limits"][0] | change]}


def url(text):
    return {"endpoint": {"method": "POST", "url": text}}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"effect": "delete"}, "effect"),
    ({"confirmation": "maybe"}, "confirmation"),
    ({"description": " "}, "description"),
    ({"colour": "red"}, "colour"),
    ({"name": "refund_order"}, "name"),
    ({"tenant": "ten_other"}, "tenant"),
    ({"parameters": []}, "parameters"),
    ({"parameters": {"type": "array"}}, "parameters.type"),
    ({"parameters": {"type": "object", "$ref": "https://x.example"}}, "parameters.$ref"),
    ({"parameters": {"type": "object", "description": "x" * 33_000}}, "parameters"),
    ({"endpoint": {"method": "get", "url": "https://a.example"}}, "endpoint.method"),
    ({"endpoint": {"method": "TRACE", "url": "https://a.example"}}, "endpoint.method"),
    ({"endpoint": {"method": "GET", "url": "https://a.example", "x": 1}}, "endpoint.x"),
    ({"endpoint": {"method": "GET"}}, "endpoint.url"),
    (url("https://acme.example/{nobody}"), "endpoint.url"),
    (url("https://acme.example/{key}"), "endpoint.url"),
    ({"lookup": None}, "lookup"),
    ({"idempotency": "key"}, "lookup"),
    ({"idempotency": "none"}, "lookup"),
    ({"lookup": {"method": "DELETE", "url": "https://a.example/{key}"}}, "lookup.method"),
    ({"lookup": {"method": "GET", "url": "https://a.example/{order_id}"}}, "lookup.url"),
    ({"lookup": {"method": "GET", "url": "http://10.0.0.1/{key}"}}, "lookup.url"),
    (limit(field="price"), "limits.0.field"),
    (limit(field="share"), "limits.0.field"),
    (limit(per="week"), "limits.0.per"),
    (limit(max={"amount": 50, "currency": "EUR"}), "limits.0.max.amount"),
    (limit(max={"amount": "-1", "currency": "EUR"}), "limits.0.max.amount"),
    (limit(max={"amount": "1e3", "currency": "EUR"}), "limits.0.max.amount"),
    (limit(max={"amount": "0.0000001", "currency": "EUR"}), "limits.0.max.amount"),
    (limit(max={"amount": "٥٠", "currency": "EUR"}), "limits.0.max.amount"),
    (limit(max={"amount": "9" * 13, "currency": "EUR"}), "limits.0.max.amount"),
    (limit(max={"amount": "1", "currency": "eur"}), "limits.0.max.currency"),
    (limit(max="50.00"), "limits.0.max"),
    ({"limits": TOOL["limits"] * 11}, "limits"),
    ({"effect": "read"}, "limits.0"),
    ({"order_field": "number"}, "order_field"),
    ({"order_field": None}, "order_field"),
    ({"end_user_field": "mail"}, "end_user_field"),
    ({"end_user_field": None}, "end_user_field"),
    ({"end_user_field": "order_id"}, "end_user_field"),
    ({"examples": ["x"] * 21}, "examples"),
    ({"examples": ["x" * 201]}, "examples.0"),
]


@pytest.mark.parametrize(("change", "field"), WRONG)
def test_a_wrong_tool_names_its_field_and_is_not_written(world, acme, put, change, field):
    answer = put(TOOL | change)

    assert (answer.status, answer.code) == (422, "validation_failed")
    assert field in answer.fields
    assert world.call("GET", "/v1/tools", key=acme.secret).json["items"] == []


@pytest.mark.parametrize("missing", ["description", "parameters", "effect", "endpoint"])
def test_what_a_tool_must_say_is_required(put, missing):
    answer = put({name: value for name, value in TOOL.items() if name != missing})
    assert (answer.status, answer.fields[:1]) == (422, [missing])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_schema_with_what_json_does_not_have_is_refused(put, number):
    body = (
        '{"description":"d","effect":"read","confirmation":"none","endpoint":{"method":"GET",'
        '"url":"https://a.example"},"parameters":{"type":"object","minimum":' + number + "}}"
    )
    assert put(body).status in (400, 422)


def test_money_that_is_free_is_a_limit_too(put):
    assert put(TOOL | limit(max={"amount": "0"})).json["limits"][0]["max"] == {
        "amount": "0.00",
        "currency": "USD",
    }
