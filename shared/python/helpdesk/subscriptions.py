"""Subscriptions: a tenant's webhooks as the tenant handles them."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.clock import Clock
from helpdesk.endpoint_urls import flaw_of
from helpdesk.errors import Conflict, FieldError, ValidationFailed
from helpdesk.fan_out import due_for
from helpdesk.ids import Chance, EventId, TenantId, WebhookId, new_id
from helpdesk.pages import Page
from helpdesk.ports import Deliveries, DeliveryQueue, Webhooks
from helpdesk.webhooks import Delivery, Webhook

MAX_WEBHOOKS = 10
"""How many webhooks a tenant may have: each event is sent to all of them."""

MAX_REPLAYED = 500
"""How many events one call replays: so many writes end well before the caller's patience."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events are sent again; ``next_from`` is where to go on when there were too many."""

    events: int
    next_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Registers, shows and removes webhooks, and sends again what was delivered before."""

    webhooks: Webhooks
    deliveries: Deliveries
    queue: DeliveryQueue
    now: Clock
    allow_private: bool = False
    chance: Chance = secrets.token_bytes

    def create(self, tenant: TenantId, url: str, events: Sequence[str]) -> Webhook:
        """Registers a URL. Raises ValidationFailed, and Conflict when the tenant has too many."""
        if flaw := flaw_of(url, allow_private=self.allow_private):
            raise ValidationFailed("Check: url.", errors=[FieldError("url", flaw)])
        if len(self.webhooks.of_tenant(tenant)) >= MAX_WEBHOOKS:
            raise Conflict(f"You have {MAX_WEBHOOKS} webhooks. Delete one that you do not need.")
        now = self.now()
        id_ = WebhookId(new_id("wh", now, self.chance))
        webhook = Webhook(tenant, id_, url, tuple(dict.fromkeys(events)), created_at=now)
        self.webhooks.add(webhook)
        return webhook

    def all(self, tenant: TenantId) -> Sequence[Webhook]:
        """A tenant's webhooks, oldest first."""
        return self.webhooks.of_tenant(tenant)

    def get(self, tenant: TenantId, webhook: WebhookId) -> Webhook:
        """One webhook. Raises NotFound."""
        return self.webhooks.get(tenant, webhook)

    def delete(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Removes a webhook; what still waits for it is not sent. Raises NotFound."""
        self.webhooks.delete(tenant, webhook)

    def log(
        self, tenant: TenantId, webhook: WebhookId, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """A webhook's deliveries, the newest event first. Raises NotFound."""
        self.webhooks.get(tenant, webhook)
        return self.deliveries.page(tenant, webhook, limit, cursor)

    def replay_between(
        self, tenant: TenantId, webhook: WebhookId, start: datetime, end: datetime
    ) -> Replayed:
        """Sends again what happened from ``start`` on and before ``end``, as far as the log goes.

        A webhook that was disabled works again from here on. Raises NotFound.
        """
        self._enable(tenant, webhook)
        found = self.deliveries.between(tenant, webhook, start, end, MAX_REPLAYED + 1)
        chosen, rest = found[:MAX_REPLAYED], found[MAX_REPLAYED:]
        self._replay(chosen)
        return Replayed(len(chosen), rest[0].event.occurred_at if rest else None)

    def replay(self, tenant: TenantId, webhook: WebhookId, events: Collection[EventId]) -> Replayed:
        """Sends these events again. Raises NotFound, or ValidationFailed for one not logged."""
        self.webhooks.get(tenant, webhook)
        found = self.deliveries.get_many(tenant, webhook, events)
        if missing := [each for each in events if each not in {d.event.id for d in found}]:
            at = [FieldError("event_ids", f"There is no delivery of {each}.") for each in missing]
            raise ValidationFailed("Check: event_ids.", errors=at[:20])
        self._enable(tenant, webhook)
        self._replay(sorted(found, key=lambda each: each.event.occurred_at))
        return Replayed(len(found))

    def _enable(self, tenant: TenantId, webhook: WebhookId) -> None:
        if self.webhooks.get(tenant, webhook).disabled_at:
            self.webhooks.enable(tenant, webhook)

    def _replay(self, found: Sequence[Delivery]) -> None:
        """What still waits is sent anyway."""
        now = self.now()
        again = [delivery.again(now) for delivery in found if delivery.settled]
        self.deliveries.reopen(again)
        self.queue.send([due_for(delivery) for delivery in again])
