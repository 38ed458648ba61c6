"""Webhooks: a tenant registers URLs, sees what became of each delivery, and has them replayed."""

from helpdesk.edge.answers import ListQuery
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.webhook_models import (
    DeliveriesOut,
    DeliveryOut,
    ReplayIn,
    ReplayOut,
    WebhookIn,
    WebhookOut,
    WebhooksOut,
)
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, WebhookId


def create(services: Services, call: Call) -> WebhookOut:
    """Registers a URL."""
    body: WebhookIn = call.body
    return WebhookOut.of(services.subscriptions().create(call.tenant, body.url, body.events))


def list_webhooks(services: Services, call: Call) -> WebhooksOut:
    """All of them: there are few."""
    found = services.subscriptions().all(call.tenant)
    return WebhooksOut(items=[WebhookOut.of(each) for each in found], next_cursor=None)


def read(services: Services, call: Call) -> WebhookOut:
    """One webhook."""
    webhook = _id(call)
    return WebhookOut.of(services.subscriptions().get(call.tenant, webhook))


def delete(services: Services, call: Call) -> None:
    """Removes a webhook."""
    webhook = _id(call)
    services.subscriptions().delete(call.tenant, webhook)


def list_deliveries(services: Services, call: Call) -> DeliveriesOut:
    """What became of the events."""
    webhook, query = _id(call), call.query
    page = services.subscriptions().log(call.tenant, webhook, query.limit, query.cursor)
    out = [DeliveryOut.of(each) for each in page.items]
    return DeliveriesOut(items=out, next_cursor=page.next_cursor)


def replay(services: Services, call: Call) -> ReplayOut:
    """Sends events again."""
    webhook = _id(call)
    body: ReplayIn = call.body
    subscriptions = services.subscriptions()
    if times := body.range:
        replayed = subscriptions.replay_between(call.tenant, webhook, *times)
    else:
        events = [EventId(each) for each in body.event_ids or ()]
        replayed = subscriptions.replay(call.tenant, webhook, events)
    return ReplayOut(events=replayed.events, next_from=replayed.next_from)


def _id(call: Call) -> WebhookId:
    return WebhookId(call.id("webhook_id", "wh"))


OPERATIONS = (
    Operation(
        "POST",
        "/v1/webhooks",
        "createWebhook",
        "Register a URL that is told of events: signed, at least once, in order per conversation.",
        "Webhooks",
        create,
        body=WebhookIn,
        status=201,
        answer=WebhookOut,
        idempotent=True,
        refusals=(Conflict,),
    ),
    Operation(
        "GET",
        "/v1/webhooks",
        "listWebhooks",
        "All webhooks, oldest first.",
        "Webhooks",
        list_webhooks,
        answer=WebhooksOut,
    ),
    Operation(
        "GET",
        "/v1/webhooks/{webhook_id}",
        "getWebhook",
        "A webhook.",
        "Webhooks",
        read,
        answer=WebhookOut,
    ),
    Operation(
        "DELETE",
        "/v1/webhooks/{webhook_id}",
        "deleteWebhook",
        "Remove a webhook, and what still waits for it.",
        "Webhooks",
        delete,
        status=204,
    ),
    Operation(
        "GET",
        "/v1/webhooks/{webhook_id}/deliveries",
        "listDeliveries",
        "What became of each event of the last 30 days, the newest first.",
        "Webhooks",
        list_deliveries,
        query=ListQuery,
        answer=DeliveriesOut,
    ),
    Operation(
        "POST",
        "/v1/webhooks/{webhook_id}/replay",
        "replayDeliveries",
        "Send events of the log again, under the same ids; enables a webhook that was disabled.",
        "Webhooks",
        replay,
        body=ReplayIn,
        status=202,
        answer=ReplayOut,
        idempotent=True,
    ),
)
