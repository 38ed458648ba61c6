"""The tenants' webhooks in memory."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from helpdesk.errors import NotFound
from helpdesk.ids import TenantId, WebhookId
from helpdesk.webhooks import Webhook


class MemoryWebhooks:
    """Webhooks in a dict, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhooks: dict[tuple[TenantId, WebhookId], Webhook] = {}

    def add(self, webhook: Webhook) -> None:
        """Writes a new webhook; one that is there stays as it is."""
        with self._lock:
            self._webhooks.setdefault((webhook.tenant, webhook.id), webhook)

    def get(self, tenant: TenantId, webhook: WebhookId) -> Webhook:
        """One webhook. Raises NotFound."""
        if found := self._webhooks.get((tenant, webhook)):
            return found
        raise NotFound("There is no such webhook.")

    def of_tenant(self, tenant: TenantId) -> Sequence[Webhook]:
        """All webhooks of a tenant, oldest first."""
        with self._lock:
            own = [each for each in self._webhooks.values() if each.tenant == tenant]
        return sorted(own, key=lambda each: each.id)

    def disable(self, tenant: TenantId, webhook: WebhookId, now: datetime) -> None:
        """Sends nothing more there."""
        self._set_disabled_at(tenant, webhook, now)

    def enable(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Sends there again."""
        self._set_disabled_at(tenant, webhook, None)

    def delete(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Removes a webhook. Raises NotFound."""
        with self._lock:
            if self._webhooks.pop((tenant, webhook), None) is None:
                raise NotFound("There is no such webhook.")

    def _set_disabled_at(
        self, tenant: TenantId, webhook: WebhookId, moment: datetime | None
    ) -> None:
        with self._lock:
            if found := self._webhooks.get((tenant, webhook)):
                self._webhooks[tenant, webhook] = replace(found, disabled_at=moment)
