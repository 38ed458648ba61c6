"""Actions in DynamoDB: a head each, its events beside it, and the limits that they hold."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from helpdesk.action_changes import ActionChange
from helpdesk.action_events import ActionEvent
from helpdesk.actions import Action
from helpdesk.adapters.dynamodb.action_items import action_of, event_of
from helpdesk.adapters.dynamodb.action_writes import ActionTables, record_change
from helpdesk.adapters.dynamodb.cursors import Listing
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import (
    ACTION_EVENTS,
    ACTIONS,
    DUE_SHARDS,
    action_key,
    action_partition,
    action_request_key,
)
from helpdesk.adapters.dynamodb.usage_items import UsageTables
from helpdesk.errors import NotFound
from helpdesk.ids import ActionId, TenantId
from helpdesk.pages import Page

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_DUE_ACTIONS = "due-actions"


class DynamoDBActions:
    """The actions. All reads but ``due`` are consistent."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        conversations_table: str,
        ledger_table: str,
        books_table: str,
    ) -> None:
        self._database = Database(client)
        self._table = table
        usage = UsageTables(ledger_table, books_table)
        self._tables = ActionTables(table, conversations_table, usage)
        self._listing = Listing(self._database, table, ACTIONS, action_of)

    def record(self, change: ActionChange) -> Action | None:
        """Writes a change; the action that its request proposed before, if there is one.

        Raises Conflict and OverLimit.
        """
        first = record_change(self._database, self._tables, change)
        return self.get(change.after.tenant, first) if first else None

    def get(self, tenant: TenantId, action: ActionId) -> Action:
        """One action. Raises NotFound."""
        found = self._database.get(self._table, action_key(tenant, action))
        if found is None:
            raise NotFound("There is no such action.")
        return action_of(found)

    def get_many(
        self, tenant: TenantId, actions: Collection[ActionId]
    ) -> Mapping[ActionId, Action]:
        """Those of the actions that exist, in one round trip for up to 100."""
        keys = [action_key(tenant, action) for action in actions]
        found = map(action_of, self._database.get_many(self._table, keys))
        return {action.id: action for action in found}

    def proposed_by(self, tenant: TenantId, request_key: str) -> Action | None:
        """The action that a request proposed, if it did."""
        found = self._database.get(self._table, action_request_key(tenant, request_key))
        return self.get(tenant, ActionId(found["proposed"])) if found else None

    def history(self, tenant: TenantId, action: ActionId) -> Sequence[ActionEvent]:
        """All events of an action, in order. Raises NotFound."""
        partition = action_partition(tenant, action)
        events = [event_of(f) for f in self._database.query(self._table, partition, ACTION_EVENTS)]
        if not events:
            raise NotFound("There is no such action.")
        return events

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Action]:
        """A tenant's actions, newest first. Raises ValidationFailed for a foreign cursor."""
        return self._listing.page(tenant, limit, cursor)

    def due(self, before: datetime, limit: int) -> Sequence[Action]:
        """Actions of any tenant that are due before then, longest due first."""
        shards = [self._due(shard, before, limit) for shard in DUE_SHARDS]
        return list(islice(merge(*shards, key=_due_at), limit))

    def _due(self, shard: str, before: datetime, limit: int) -> Sequence[Action]:
        condition = "#due_shard = :shard AND #look_at < :before"
        values = {"shard": shard, "before": before}
        found = self._database.query_index(self._table, _DUE_ACTIONS, condition, values, limit)
        return [action_of(fields) for fields in found]


def _due_at(action: Action) -> datetime:
    return action.due_at or action.updated_at
