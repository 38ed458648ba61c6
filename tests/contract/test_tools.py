"""Tools: what was put is what comes back, each to its own tenant only."""

from dataclasses import replace

import pytest

from helpdesk.adapters.dynamodb.keys import DynamoDBKeys
from helpdesk.adapters.dynamodb.tools import DynamoDBTools
from helpdesk.clock import utc_now
from helpdesk.errors import NotFound
from helpdesk.money import Money
from helpdesk.tools import Endpoint, Limit, Tool
from tests.contract.examples import a_key, a_tenant_id
from tests.fakes.tools import MemoryTools


@pytest.fixture
def tools(cloud):
    return DynamoDBTools(cloud.client("dynamodb"), "tenants") if cloud else MemoryTools()


def a_tool(tenant, name="refund_order", **changes):
    fields = {
        "tenant": tenant,
        "name": name,
        "description": "Gibt Geld zurück 🏝",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string"},
                "amount": {"type": "string", "default": ""},
                "customer_id": {"type": ["string", "null"]},
                "share": {"type": "number", "minimum": 0.1, "maximum": 10**40, "default": None},
            },
            "required": [],
            "additionalProperties": False,
        },
        "effect": "write",
        "endpoint": Endpoint("POST", "https://shop.example/refunds"),
        "updated_at": utc_now(),
        "confirmation": "customer",
        "idempotency": "lookup",
        "lookup": Endpoint("GET", "https://shop.example/refunds/{key}"),
        "limits": (
            Limit("amount", Money(50_000_000, "EUR"), "order"),
            Limit("amount", Money(1, "EUR"), "day"),
        ),
        "order_field": "order_id",
        "end_user_field": "customer_id",
        "examples": ("Please refund order 1042.",),
    }
    return Tool(**(fields | changes))


def test_a_tool_comes_back_as_it_was_put(tools):
    whole = a_tool(tenant := a_tenant_id())
    plain = Tool(tenant, "look", "Looks.", {"type": "object"}, "read", whole.endpoint, utc_now())
    theirs = replace(plain, endpoint=Endpoint("MCP", "https://shop.example/mcp", "getOrder"))
    for tool in (whole, plain, theirs):
        tools.put(tool)

        assert tools.get(tenant, tool.name) == tool


def test_the_order_of_parameters_is_kept(tools):
    names = ["zebra", "apple", "mango", "berry"]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    tools.put(tool := a_tool(a_tenant_id(), parameters=schema))

    assert list(tools.get(tool.tenant, tool.name).parameters["properties"]) == names


def test_putting_a_tool_again_replaces_it_whole(tools):
    old = a_tool(a_tenant_id())
    new = replace(old, description="Pays back.", limits=(), lookup=None, idempotency="key")
    tools.put(old)
    tools.put(new)

    assert tools.get(old.tenant, old.name) == new
    assert tools.all(old.tenant) == [new]


def test_all_tools_of_a_tenant_are_listed_by_name(tools):
    tenant = a_tenant_id()
    made = [a_tool(tenant, name) for name in ("a", "a_b", "a1", "order_status", "z9")]
    for tool in reversed(made):
        tools.put(tool)

    listed = tools.all(tenant)

    assert [tool.name for tool in listed] == sorted(tool.name for tool in made)
    assert all(tool in listed for tool in made)


def test_a_deleted_tool_is_gone_at_once(tools):
    kept, gone = a_tool(tenant := a_tenant_id(), "kept"), a_tool(tenant, "gone")
    tools.put(kept)
    tools.put(gone)

    tools.delete(tenant, "gone")

    assert tools.all(tenant) == [kept]
    with pytest.raises(NotFound):
        tools.get(tenant, "gone")
    with pytest.raises(NotFound):
        tools.delete(tenant, "gone")


def test_another_tenants_tools_are_neither_seen_nor_deleted(tools):
    tools.put(tool := a_tool(a_tenant_id()))
    rival = a_tenant_id()

    assert tools.all(rival) == []
    with pytest.raises(NotFound):
        tools.get(rival, tool.name)
    with pytest.raises(NotFound):
        tools.delete(rival, tool.name)
    assert tools.get(tool.tenant, tool.name) == tool


def test_the_same_name_is_another_tool_for_another_tenant(tools):
    one, two = a_tool(a_tenant_id()), a_tool(a_tenant_id(), description="Theirs.")
    tools.put(one)
    tools.put(two)
    tools.delete(two.tenant, two.name)

    assert tools.get(one.tenant, one.name) == one


@pytest.mark.parametrize("cloud", ["moto", "ministack"], indirect=True)
def test_tools_and_keys_of_one_tenant_do_not_meet(cloud):
    keys = DynamoDBKeys(cloud.client("dynamodb"), "tenants")
    tools = DynamoDBTools(cloud.client("dynamodb"), "tenants")
    tools.put(tool := a_tool(a_tenant_id()))
    keys.add(key := a_key(tool.tenant))

    assert tools.all(tool.tenant) == [tool]
    assert keys.of_tenant(tool.tenant) == [key]
