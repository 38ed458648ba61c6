"""OpenAPI operations as tools: what each becomes, and why some become none."""

import pytest

from cli.openapi_tools import DocumentRefused, Importer
from helpdesk.adapters.json_schema import JSONArgumentSchema

ID = {"name": "orderId", "in": "path", "required": True, "schema": {"type": "string"}}


def a_document(paths, **more):
    return {"openapi": "3.1.0", "servers": [{"url": "https://shop.example"}], "paths": paths} | more


def tool_of(operation, method="get", path="/orders", components=None, **given):
    document = a_document({path: {method: operation}}, components=components or {})
    tools, skipped = Importer(document, **given).tools()
    assert skipped == []
    (tool,) = tools
    assert JSONArgumentSchema().flaws(tool["parameters"]) == []
    return tool


def reason_of(operation, method="get", path="/orders", components=None):
    document = a_document({path: {method: operation}}, components=components or {})
    tools, (skipped,) = Importer(document).tools()
    assert tools == []
    return skipped.reason


def body(schema, required=True, kind="application/json"):
    return {"requestBody": {"required": required, "content": {kind: {"schema": schema}}}}


def test_a_reading_operation():
    page = {"name": "page-size", "in": "query", "schema": {"type": "integer"}, "description": "p"}
    tool = tool_of(
        {"operationId": "getOrder", "summary": "Look it up.", "parameters": [ID, page]},
        path="/orders/{orderId}",
    )

    assert tool == {
        "name": "get_order",
        "description": "Look it up.",
        "parameters": {
            "type": "object",
            "properties": {
                "orderId": {"type": "string"},
                "page-size": {"description": "p", "type": "integer"},
            },
            "required": ["orderId"],
            "additionalProperties": False,
        },
        "effect": "read",
        "endpoint": {"method": "GET", "url": "https://shop.example/orders/{orderId}"},
        "confirmation": "none",
    }


def test_a_writing_operation_has_its_body_beside_its_parameters():
    schema = {
        "type": "object",
        "required": ["amount", "id"],
        "properties": {
            "amount": {"$ref": "#/components/schemas/Amount"},
            "id": {"type": "string", "readOnly": True},
            "note": {"type": "string", "nullable": True, "example": "x", "xml": {}},
        },
    }
    shared = {"Amount": {"type": "string", "pattern": "^[0-9.]+$"}}
    dry = {"name": "dry", "in": "query", "required": True, "schema": {"type": "boolean"}}
    tool = tool_of(
        {"operationId": "refundOrder", "parameters": [ID, dry], **body(schema)},
        "post",
        "/orders/{orderId}/refunds",
        {"schemas": shared},
    )

    assert (tool["effect"], tool["confirmation"]) == ("write", "customer")
    assert tool["endpoint"]["url"].endswith("/orders/{orderId}/refunds?dry={dry}")
    assert tool["parameters"]["required"] == ["orderId", "dry", "amount"]
    assert tool["parameters"]["properties"]["amount"] == shared["Amount"]
    assert tool["parameters"]["properties"]["note"] == {"type": ["string", "null"]}
    assert "id" not in tool["parameters"]["properties"]


def test_a_body_that_may_be_left_out_requires_nothing():
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert tool_of(body(schema, required=False), "post")["parameters"]["required"] == []


def test_parts_of_a_body_become_one():
    one = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    schema = {"allOf": [{"$ref": "#/components/schemas/One"}], "properties": {"b": {}}}
    parameters = tool_of(body(schema), "put", components={"schemas": {"One": one}})["parameters"]

    assert parameters["properties"].keys() == {"a", "b"}
    assert parameters["required"] == ["a"]


def test_old_exclusive_bounds_are_told_anew():
    old = {"type": "number", "minimum": 0, "exclusiveMinimum": True, "maximum": 9}
    page = {"name": "p", "in": "query", "schema": old | {"exclusiveMaximum": False}}
    (schema,) = tool_of({"parameters": [page]})["parameters"]["properties"].values()
    assert schema == {"type": "number", "exclusiveMinimum": 0, "maximum": 9}


def test_a_property_may_be_called_like_a_keyword():
    schema = {"type": "object", "properties": {"example": {"type": "string"}, "x-y": {}, "xml": {}}}
    properties = tool_of(body(schema), "post")["parameters"]["properties"]
    assert properties.keys() == {"example", "x-y", "xml"}


def test_the_extension_has_the_last_word():
    told = {"name": "pay_back", "confirmation": "agent", "idempotency": "key"}
    tool = tool_of({"operationId": "refund", "x-helpdesk": told}, "post", confirmation="none")

    assert (tool["name"], tool["confirmation"], tool["idempotency"]) == ("pay_back", "agent", "key")


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [
        ("getOrderByID", "get_order_by_id"),
        ("orders.list-all", "orders_list_all"),
        ("2fa", "tool_2fa"),
        ("ÄÖ", "tool"),
        ("a" * 80, "a" * 64),
        (None, "get_orders"),
    ],
)
def test_names(operation_id, name):
    assert tool_of({"operationId": operation_id} if operation_id else {})["name"] == name


def test_servers_from_the_nearest_and_with_their_variables():
    variable = {"url": "https://{region}.shop.example/", "variables": {"region": {"default": "eu"}}}
    assert tool_of({"servers": [variable]})["endpoint"]["url"] == "https://eu.shop.example/orders"
    given = tool_of({"servers": [variable]}, base_url="https://other.example/v1/")
    assert given["endpoint"]["url"] == "https://other.example/v1/orders"


@pytest.mark.parametrize(
    ("operation", "method", "reason"),
    [
        (body({"type": "array"}), "post", "plain JSON object"),
        (body({"oneOf": [{}, {}]}), "post", "plain JSON object"),
        (body({"$ref": "#/components/schemas/Tree"}), "post", "recursive"),
        (body({"$ref": "#/components/schemas/Loop"}), "post", "recursive"),
        (body({"$ref": "https://elsewhere.example/x"}), "post", "outside the document"),
        (body({"$ref": "#/components/schemas/None"}), "post", "not there"),
        (body({}, kind="multipart/form-data"), "post", "multipart/form-data"),
        (body({"type": "object"}), "delete", "DELETE"),
        ({"parameters": [{"name": "X-Shop", "in": "header", "required": True}]}, "get", "header"),
        ({"parameters": [ID]} | body({"properties": {"orderId": {}}}), "post", "both called"),
        ({"parameters": [{"in": "query"}]}, "get", "no name"),
        ({"parameters": [7]}, "get", "is none"),
        (body({"properties": []}), "post", "malformed"),
        (body({"required": True}), "post", "malformed"),
        (body({"allOf": {}}), "post", "malformed"),
        (body(7), "post", "no schema"),
        ({"requestBody": {"required": True, "content": {"*/*": 7}}}, "post", "is none"),
        ({"requestBody": 7}, "post", "is none"),
        ({"parameters": 7}, "get", "parameters"),
        ({"x-helpdesk": "no"}, "get", "x-helpdesk"),
    ],
)
def test_what_is_no_tool_is_told_why(operation, method, reason):
    tree = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Tree"}}}
    loop = {"$ref": "#/components/schemas/Loop"}
    components = {"schemas": {"Tree": tree, "Loop": loop}}
    assert reason in reason_of(operation, method, "/orders/x", components)


def test_a_path_whose_place_is_no_parameter_is_no_tool():
    assert "orderId" in reason_of({}, path="/orders/{orderId}")


def test_optional_headers_and_cookies_are_left_out():
    given = [{"name": "X-A", "in": "header", "schema": {}}, {"name": "b", "in": "cookie"}]
    assert tool_of({"parameters": given})["parameters"]["properties"] == {}


def test_of_two_operations_with_one_name_the_first_is_the_tool():
    document = a_document(
        {"/a": {"get": {"operationId": "getA"}}, "/b": {"get": {"operationId": "get_a"}}}
    )
    tools, skipped = Importer(document).tools()
    assert ([tool["name"] for tool in tools], [one.operation for one in skipped]) == (
        ["get_a"],
        ["get_a"],
    )


def test_without_a_server_nothing_can_be_called():
    document = a_document({"/a": {"get": {}}}) | {"servers": []}
    assert "--base-url" in Importer(document).tools()[1][0].reason


def test_an_operation_that_is_not_there_is_told():
    with pytest.raises(DocumentRefused, match="getNothing"):
        Importer(a_document({"/a": {"get": {"operationId": "getA"}}})).tools(["getNothing"])
