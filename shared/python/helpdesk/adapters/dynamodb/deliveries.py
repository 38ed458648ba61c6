"""The delivery log in DynamoDB, and the lanes in which deliveries wait.

A delivery that waits has a second item in its lane's partition, whose sort key is its place in the
order; the lane's head is in a sparse index by when it is due. Both are written in the transaction
of the delivery, so that the three never disagree.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from helpdesk.adapters.dynamodb.cursors import Listing
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.delivery_items import (
    delivery_fields,
    delivery_of,
    due_lane_of,
    lane_write,
    place_of,
)
from helpdesk.adapters.dynamodb.item_keys import (
    LANE_SHARDS,
    WAITING,
    ItemKey,
    deliveries_of,
    delivery_key,
    lane_key,
    lane_partition,
    tenant_partition,
)
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId, WebhookId, new_id
from helpdesk.pages import Page
from helpdesk.webhooks import Delivery, DueLane, Lane

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

DUE_LANES = "due-lanes"


class DynamoDBDeliveries:
    """Deliveries, an item each, by the ids of their events, which sort by time."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Writes new deliveries and lets them wait; what is there stays as it is."""
        for delivery in deliveries:
            with suppress(Refused):
                self._enter(delivery, self._put(delivery, ABSENT))

    def first(self, lane: Lane) -> Delivery | None:
        """The delivery that is next in a lane; when there is none, the lane is closed."""
        while True:
            if found := self._waiting(lane):
                return found
            head = self._database.get(self._table, lane_key(lane))
            if head is None or (found := self._waiting(lane)):
                return found
            close = Write(
                "Delete",
                self._table,
                lane_key(lane),
                "#entered = :entered",
                values={"entered": head["entered"]},
            )
            with suppress(Refused):
                self._database.write(close)
                return None

    def save(self, delivery: Delivery) -> None:
        """Writes the state after an attempt. Raises Conflict when it has moved on meanwhile."""
        writes = [self._next_version(delivery)]
        due_at = delivery.next_try_at
        if due_at is None:
            writes.append(Write("Delete", self._table, place_of(delivery)))
            # Due at once, for what waits behind it, should the worker die here.
            due_at = delivery.attempts[-1].at if delivery.attempts else delivery.arrived_at
        try:
            self._database.write_all(*writes, lane_write(self._table, delivery.lane, due_at))
        except Refused as refused:
            raise Conflict("The delivery has moved on meanwhile.") from refused

    def reopen(self, deliveries: Sequence[Delivery]) -> None:
        """Lets settled deliveries wait again; one that has moved on stays as it is."""
        for delivery in deliveries:
            with suppress(Refused):
                self._enter(delivery, self._next_version(delivery))

    def get_many(
        self, tenant: TenantId, webhook: WebhookId, events: Collection[EventId]
    ) -> Sequence[Delivery]:
        """The deliveries of these events that the log holds, in any order."""
        keys = [delivery_key(tenant, webhook, event) for event in events]
        return [delivery_of(each) for each in self._database.get_many(self._table, keys)]

    def between(
        self, tenant: TenantId, webhook: WebhookId, start: datetime, end: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Deliveries of what happened from ``start`` on and before ``end``, oldest first."""
        prefix = deliveries_of(webhook)
        found = self._database.query(
            self._table,
            tenant_partition(tenant),
            prefix,
            after=prefix + new_id("evt", start, bytes),
        )
        inside = takewhile(lambda each: each.event.occurred_at < end, map(delivery_of, found))
        return list(islice(inside, limit))

    def page(
        self, tenant: TenantId, webhook: WebhookId, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """A webhook's deliveries, the newest event first. Raises ValidationFailed."""
        prefix = deliveries_of(webhook)
        return Listing(self._database, self._table, prefix, delivery_of).page(tenant, limit, cursor)

    def due(self, before: datetime, limit: int) -> Sequence[DueLane]:
        """Lanes of any tenant that are due since before then, the longest first. May lag."""
        condition = "#lane_shard = :shard AND #due_at <= :before"
        found = [
            due_lane_of(fields)
            for shard in LANE_SHARDS
            for fields in self._database.query_index(
                self._table, DUE_LANES, condition, {"shard": shard, "before": before}, limit
            )
        ]
        return sorted(found, key=lambda each: each.due_at)[:limit]

    def _waiting(self, lane: Lane) -> Delivery | None:
        partition = lane_partition(lane)
        for fields in self._database.query(self._table, partition, WAITING, limit=1):
            found = self._database.get(
                self._table, delivery_key(lane.tenant, lane.webhook, fields["event"])
            )
            if found:
                return delivery_of(found)
            # The log has let go of it.
            self._database.write(Write("Delete", self._table, ItemKey(partition, fields["sk"])))
            return self._waiting(lane)
        return None

    def _enter(self, delivery: Delivery, written: Write) -> None:
        place = Write("Put", self._table, place_of(delivery), fields={"event": delivery.event.id})
        due_at = delivery.next_try_at or delivery.arrived_at
        head = lane_write(self._table, delivery.lane, due_at, entered=True)
        self._database.write_all(written, place, head)

    def _put(self, delivery: Delivery, condition: str, **values: int) -> Write:
        key = delivery_key(delivery.tenant, delivery.webhook, EventId(delivery.event.id))
        fields = delivery_fields(delivery)
        return Write("Put", self._table, key, condition, values=values, fields=fields)

    def _next_version(self, delivery: Delivery) -> Write:
        return self._put(delivery, "#version = :previous", previous=delivery.version - 1)
