"""Webhooks in DynamoDB, one item each."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import WEBHOOKS, tenant_partition, webhook_key
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, PRESENT, Write
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId, WebhookId
from helpdesk.webhooks import Webhook

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_WEBHOOK = TypeAdapter(Webhook)


class DynamoDBWebhooks:
    """Where the tenants want to be told. All reads are consistent."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def add(self, webhook: Webhook) -> None:
        """Writes a new webhook; one that is there stays as it is."""
        key, fields = webhook_key(webhook.tenant, webhook.id), _WEBHOOK.dump_python(webhook)
        with suppress(Refused):
            self._database.write(Write("Put", self._table, key, ABSENT, fields=fields))

    def get(self, tenant: TenantId, webhook: WebhookId) -> Webhook:
        """One webhook. Raises NotFound."""
        found = self._database.get(self._table, webhook_key(tenant, webhook))
        if found is None:
            raise NotFound("There is no such webhook.")
        return _WEBHOOK.validate_python(found)

    def of_tenant(self, tenant: TenantId) -> Sequence[Webhook]:
        """All webhooks of a tenant, oldest first."""
        found = self._database.query(self._table, tenant_partition(tenant), WEBHOOKS)
        return [_WEBHOOK.validate_python(fields) for fields in found]

    def disable(self, tenant: TenantId, webhook: WebhookId, now: datetime) -> None:
        """Sends nothing more there; nothing happens when it is not there."""
        self._set_disabled_at(tenant, webhook, now)

    def enable(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Sends there again; nothing happens when it is not there."""
        self._set_disabled_at(tenant, webhook, None)

    def delete(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Removes a webhook. Raises NotFound."""
        try:
            self._database.write(
                Write("Delete", self._table, webhook_key(tenant, webhook), PRESENT)
            )
        except Refused as refused:
            raise NotFound("There is no such webhook.") from refused

    def _set_disabled_at(
        self, tenant: TenantId, webhook: WebhookId, moment: datetime | None
    ) -> None:
        change, values = "SET #disabled_at = :disabled_at", {"disabled_at": moment}
        key = webhook_key(tenant, webhook)
        with suppress(Refused):
            self._database.write(Write("Update", self._table, key, PRESENT, change, values))
