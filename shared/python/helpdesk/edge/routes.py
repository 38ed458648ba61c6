"""All routes of the API, in the order of the OpenAPI document, which is one of them."""

from helpdesk.edge import (
    actions,
    chat_routes,
    conversations,
    dashboard,
    documents,
    exports,
    health,
    invoices,
    keys,
    plans,
    reconciliations,
    resolutions,
    search,
    sessions,
    signing,
    tenant_plans,
    tenants,
    tools,
    usage,
    usage_checks,
    usage_facts,
    webhooks,
)
from helpdesk.edge.openapi import document
from helpdesk.edge.operations import Call, Json, Operation, Services


def describe(_: Services, __: Call) -> Json:
    """The OpenAPI document."""
    return document(OPERATIONS)


OPERATIONS: tuple[Operation, ...] = (
    *tenants.OPERATIONS,
    *keys.OPERATIONS,
    *signing.OPERATIONS,
    *documents.OPERATIONS,
    *search.OPERATIONS,
    *sessions.OPERATIONS,
    *chat_routes.OPERATIONS,
    *conversations.OPERATIONS,
    *resolutions.OPERATIONS,
    *actions.OPERATIONS,
    *tools.OPERATIONS,
    *plans.OPERATIONS,
    *tenant_plans.OPERATIONS,
    *usage.OPERATIONS,
    *exports.OPERATIONS,
    *invoices.OPERATIONS,
    *reconciliations.OPERATIONS,
    *usage_facts.OPERATIONS,
    *usage_checks.OPERATIONS,
    *dashboard.OPERATIONS,
    *webhooks.OPERATIONS,
    *health.OPERATIONS,
    Operation(
        "GET",
        "/v1/openapi.json",
        "getOpenApi",
        "This document.",
        "Platform",
        describe,
        scope=None,
    ),
)
