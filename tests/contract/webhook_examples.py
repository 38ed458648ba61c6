"""Webhooks and deliveries for the contract tests."""

import hashlib
from datetime import UTC, datetime, timedelta

from helpdesk.clock import utc_now
from helpdesk.events import DomainEvent
from helpdesk.ids import WebhookId, new_id
from helpdesk.webhooks import Delivery, Webhook

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def a_webhook(tenant, **changes):
    now = utc_now()
    fields = {
        "tenant": tenant,
        "id": WebhookId(new_id("wh", now)),
        "url": "https://acme.example/hooks",
        "events": ("*",),
        "created_at": now,
    }
    return Webhook(**(fields | changes))


def an_event(tenant, number, *, conversation="conv_1", type_="turn.settled"):
    """The event that happened so many seconds after the start."""
    occurred_at = START + timedelta(seconds=number)
    fact = hashlib.sha256(f"{tenant} {number} {type_}".encode()).digest()
    data = {"turn_id": f"turn_{number}", "score": 0.5}
    if conversation:
        data["conversation_id"] = conversation
    return DomainEvent(
        id=new_id("evt", occurred_at, lambda length: fact[:length]),
        type=type_,
        tenant=tenant,
        subject=f"turn_{number}",
        occurred_at=occurred_at,
        data=data,
    )


def a_delivery(webhook, number, arrived_at=START, **event):
    return Delivery.of(webhook, an_event(webhook.tenant, number, **event), arrived_at)
