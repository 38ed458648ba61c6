"""The OpenAPI document is valid, whole, and tells the truth about the code."""

import pytest
from openapi_spec_validator import validate

from helpdesk.edge.openapi import document
from helpdesk.edge.routes import OPERATIONS
from helpdesk.errors import HelpdeskError

_DOCUMENT = document(OPERATIONS)

_ROUTES = {
    "POST /v1/tenants",
    "GET /v1/tenant",
    "PATCH /v1/tenant",
    "GET /v1/keys",
    "POST /v1/keys",
    "DELETE /v1/keys/{key_id}",
    "GET /v1/signing-secrets",
    "POST /v1/signing-secrets",
    "POST /v1/sessions",
    "POST /v1/documents",
    "GET /v1/documents",
    "GET /v1/documents/{document_id}",
    "DELETE /v1/documents/{document_id}",
    "POST /v1/search",
    "POST /v1/chat",
    "POST /v1/chat/completions",
    "GET /v1/conversations",
    "GET /v1/conversations/{conversation_id}",
    "GET /v1/conversations/{conversation_id}/turns/{turn_id}/events",
    "POST /v1/conversations/{conversation_id}/turns/{turn_id}/feedback",
    "POST /v1/conversations/{conversation_id}/resolve",
    "POST /v1/conversations/{conversation_id}/reopen",
    "PUT /v1/tools/{name}",
    "GET /v1/tools",
    "GET /v1/tools/{name}",
    "DELETE /v1/tools/{name}",
    "POST /v1/actions",
    "GET /v1/actions",
    "GET /v1/actions/{action_id}",
    "POST /v1/actions/{action_id}/decision",
    "GET /v1/plans",
    "GET /v1/plans/{name}",
    "PUT /v1/plans/{name}",
    "POST /v1/tenants/{tenant_id}/plan",
    "POST /v1/tenants/{tenant_id}/plan/preview",
    "PUT /v1/tenants/{tenant_id}/billing-details",
    "GET /v1/usage",
    "POST /v1/exports",
    "GET /v1/exports",
    "GET /v1/exports/{export_id}",
    "GET /v1/invoices",
    "GET /v1/invoices/{period}",
    "POST /v1/reconciliations",
    "GET /v1/reconciliations/{reconciliation_id}",
    "GET /v1/usage/events",
    "POST /v1/usage/events",
    "POST /v1/usage/checks",
    "GET /v1/dashboard",
    "POST /v1/webhooks",
    "GET /v1/webhooks",
    "GET /v1/webhooks/{webhook_id}",
    "DELETE /v1/webhooks/{webhook_id}",
    "GET /v1/webhooks/{webhook_id}/deliveries",
    "POST /v1/webhooks/{webhook_id}/replay",
    "GET /v1/health",
    "GET /v1/openapi.json",
}


def test_it_is_valid():
    assert _DOCUMENT["openapi"].startswith("3.1")
    validate(_DOCUMENT)


def test_it_is_what_is_served(world):
    assert world.call("GET", "/v1/openapi.json").json == _DOCUMENT


def test_it_has_every_route_of_this_version():
    described = {
        f"{method.upper()} {path}"
        for path, methods in _DOCUMENT["paths"].items()
        for method in methods
    }
    assert described == _ROUTES


def test_every_operation_is_guarded_but_the_open_ones():
    open_ones = {
        operation["operationId"]
        for methods in _DOCUMENT["paths"].values()
        for operation in methods.values()
        if not operation["security"]
    }
    assert open_ones == {"getHealth", "getOpenApi"}


def test_chat_streams():
    content = _DOCUMENT["paths"]["/v1/chat"]["post"]["responses"]["200"]["content"]

    assert set(content) == {"application/json", "text/event-stream"}
    assert set(content["text/event-stream"]["x-events"]) == {
        "start",
        "sources",
        "delta",
        "action",
        "error",
        "done",
    }


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_the_example_of_a_body_is_a_good_body(operation):
    if operation.body is None:
        return
    for example in operation.body.model_config.get("json_schema_extra", {}).get("examples", []):
        operation.body.model_validate(example, strict=False)


def test_every_error_code_is_described():
    def tree(error):
        return [error, *(leaf for each in error.__subclasses__() for leaf in tree(each))]

    described = {
        code
        for response in _DOCUMENT["components"]["responses"].values()
        for code in response["content"]["application/problem+json"]["examples"]
    }
    # A wrong method is no operation at all.
    assert {each.code for each in tree(HelpdeskError)} - described == {"method_not_allowed"}
