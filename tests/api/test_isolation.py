"""Every route of the OpenAPI document, tried with another tenant's ids: 404 each time."""

import re
from collections.abc import Callable
from functools import partial
from typing import cast

import pytest

from helpdesk.billing.periods import is_period
from helpdesk.edge.conversations import FeedbackIn
from helpdesk.edge.openapi import document
from helpdesk.edge.operations import Call, Services
from helpdesk.edge.routes import OPERATIONS
from helpdesk.errors import NotFound
from helpdesk.identity import SCOPES, Principal
from helpdesk.ids import TenantId, is_id
from helpdesk.keys import Role
from helpdesk.plans import PLAN_NAME
from helpdesk.tool_flaws import is_tool_name
from tests.api.knowledge import publish

_BODIES: dict[str, dict[str, object]] = {
    "/v1/conversations/{conversation_id}/turns/{turn_id}/feedback": {"rating": "up"},
    "/v1/webhooks/{webhook_id}/replay": {
        "from": "2026-11-24T00:00:00Z",
        "to": "2026-11-25T00:00:00Z",
    },
    "/v1/actions/{action_id}/decision": {"decision": "reject"},
    "/v1/tools/{name}": {
        "description": "Looks an order up.",
        "parameters": {"type": "object"},
        "effect": "read",
        "endpoint": {"method": "GET", "url": "https://acme.example/orders"},
        "confirmation": "none",
    },
}
# The chat app serves these; its own tests try them.
_ELSEWHERE = {"/v1/conversations/{conversation_id}/turns/{turn_id}/events"}
# A name that is put is one's own: test_tools.py says what that does to another tenant's.
_OWN = {("PUT", "/v1/tools/{name}")}
# Nobody's own: test_plans.py says who sees which, test_finance.py whose invoice of a month.
_FOR_ALL = {("GET", "/v1/plans/{name}"), ("GET", "/v1/invoices/{period}")}
# What may name something: a tool or a plan, a tenant, and a month.
_FORMS: dict[str, Callable[[str], object]] = {
    "name": lambda text: is_tool_name(text) or PLAN_NAME.fullmatch(text),
    "tenant_id": partial(is_id, "ten"),
    "period": is_period,
}
# No tenant gets as far as to an id.
_FORBIDDEN = {
    (each.method, each.path) for each in OPERATIONS if each.scope not in SCOPES[Role.SECRET]
}


def _routes_with_ids():
    for path, methods in document(OPERATIONS)["paths"].items():
        if "{" in path and path not in _ELSEWHERE:
            for method in methods:
                if (method.upper(), path) not in _FORBIDDEN:
                    yield method.upper(), path


def _announced(world, company):
    body = {"filename": "a.md", "content_type": "text/markdown", "size_bytes": 10}
    created = world.call("POST", "/v1/documents", body, key=company.secret)
    assert created.status == 201, created.text
    return created.json["document"]["id"]


@pytest.fixture
def ids(world, acme):
    """One of each of Acme's things."""
    turn = world.turn(acme.id)
    key = world.call("POST", "/v1/keys", {}, key=acme.secret).json["id"]
    hook = {"url": "https://acme.example/hooks", "events": ["*"]}
    return {
        "webhook_id": world.call("POST", "/v1/webhooks", hook, key=acme.secret).json["id"],
        "document_id": _announced(world, acme),
        "conversation_id": turn.conversation,
        "turn_id": turn.id,
        "key_id": key,
        "name": _put(world, acme, "look_up_order"),
        "action_id": _waiting(world, acme),
    }


def _waiting(world, company):
    """An action that waits for somebody's word."""
    _put(world, company, "refund", effect="write", confirmation="agent")
    wish = {"tool": "refund", "arguments": {}}
    return world.call("POST", "/v1/actions", wish, key=company.secret).json["id"]


def _put(world, company, name, **changes):
    path = "/v1/tools/{name}"
    body = _BODIES[path] | changes
    put = world.call("PUT", path.format(name=name), body, key=company.secret)
    assert put.status == 200, put.text
    return put.json["name"]


@pytest.mark.parametrize(("method", "path"), sorted({*_routes_with_ids()} - _OWN - _FOR_ALL))
def test_another_tenants_id_does_not_exist(world, acme, rival, ids, method, path):
    asked = path.format(**ids)

    answer = world.call(method, asked, _BODIES.get(path), key=rival.secret)
    assert (answer.status, answer.code) == (404, "not_found")

    for company in (acme, rival):
        visitor = world.call(method, asked, _BODIES.get(path), key=world.visitor(company, "u-1"))
        assert visitor.status in (403, 404)

    own = world.call(method, asked, _BODIES.get(path), key=acme.secret)
    assert own.status in (200, 202, 204), own.text


@pytest.mark.parametrize(("method", "path"), list(_routes_with_ids()))
@pytest.mark.parametrize("made_up", ["X", "../secret", "doc_1#META", "%00", "é" * 2000, "a" * 5000])
def test_what_can_be_no_id_does_not_exist_either(world, acme, method, path, made_up):
    asked = re.sub(r"\{\w+\}", made_up, path)

    answer = world.call(method, asked, _BODIES.get(path), key=acme.secret)

    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    "made_up", ["x", "X", "doc_1", f"ten_{'0' * 26}", f"doc_{'é' * 26}", "a" * 5000]
)
def test_what_can_be_no_id_is_not_even_looked_up(made_up):
    caller = Principal(Role.SECRET, TenantId("ten_1"))
    nobody = cast("Services", None)
    for operation in OPERATIONS:
        possible = any(
            fits(made_up) for each, fits in _FORMS.items() if each in operation.parameters
        )
        if operation.run and operation.parameters and not possible:
            call = Call(
                caller, dict.fromkeys(operation.parameters, made_up), FeedbackIn(rating="up")
            )
            with pytest.raises(NotFound):
                operation.run(nobody, call)


def test_a_turn_is_not_found_through_another_conversation_of_the_tenant(world, acme):
    one, two = world.turn(acme.id), world.turn(acme.id)
    path = f"/v1/conversations/{one.conversation}/turns/{two.id}/feedback"

    assert world.call("POST", path, {"rating": "up"}, key=acme.secret).status == 404


def test_lists_and_usage_hold_only_ones_own(world, acme, rival):
    _announced(world, acme)
    world.turn(acme.id)
    _put(world, acme, "look_up_order")

    for path in ("/v1/documents", "/v1/conversations", "/v1/tools"):
        assert len(world.call("GET", path, key=acme.secret).json["items"]) == 1
        assert world.call("GET", path, key=rival.secret).json["items"] == []
    assert world.call("GET", "/v1/usage", key=rival.secret).json["total"]["amount"] == "0.00"
    query = {"tenant": acme.id}
    assert world.call("GET", "/v1/usage", key=rival.secret, query=query).status == 404


def test_a_cursor_of_another_tenants_list_leads_nowhere_but_into_ones_own(world, acme, rival):
    for _ in range(3):
        world.turn(acme.id)
    own = world.turn(rival.id)
    cursor = world.call("GET", "/v1/conversations", key=acme.secret, query={"limit": "1"}).json[
        "next_cursor"
    ]

    answer = world.call("GET", "/v1/conversations", key=rival.secret, query={"cursor": cursor})

    assert {each["id"] for each in answer.json["items"]} <= {own.conversation}


def test_search_finds_nothing_of_another_tenant(world, acme, rival):
    publish(world, acme.id, "Refunds take three days.")
    asked = {"query": "refunds", "limit": 5}

    assert world.call("POST", "/v1/search", asked, key=rival.secret).json == {"items": []}
    (found,) = world.call("POST", "/v1/search", asked, key=acme.secret).json["items"]
    assert found["text"] == "Refunds take three days."
