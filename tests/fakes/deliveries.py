"""The delivery log and its lanes, in memory."""

import threading
from collections.abc import Collection, Sequence
from datetime import datetime

from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId, WebhookId
from helpdesk.pages import Page
from helpdesk.webhooks import Delivery, DueLane, Lane
from tests.fakes.pages import newest_first

_Key = tuple[TenantId, WebhookId, str]


class MemoryDeliveries:
    """Deliveries in a dict and what waits in lists, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._log: dict[_Key, Delivery] = {}
        self._lanes: dict[Lane, set[_Key]] = {}
        self._due: dict[Lane, datetime] = {}

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Writes new deliveries and lets them wait; what is there stays as it is."""
        with self._lock:
            for delivery in deliveries:
                if _key(delivery) not in self._log:
                    self._enter(delivery)

    def first(self, lane: Lane) -> Delivery | None:
        """The delivery that is next in a lane; when there is none, the lane is closed."""
        with self._lock:
            if waiting := [self._log[key] for key in self._lanes.get(lane, ())]:
                return min(waiting, key=_place)
            self._due.pop(lane, None)
            return None

    def save(self, delivery: Delivery) -> None:
        """Writes the state after an attempt. Raises Conflict when it has moved on meanwhile."""
        key = _key(delivery)
        with self._lock:
            if self._log[key].version != delivery.version - 1:
                raise Conflict("The delivery has moved on meanwhile.")
            self._log[key] = delivery
            due_at = delivery.next_try_at
            if due_at is None:
                self._lanes[delivery.lane].discard(key)
                due_at = delivery.attempts[-1].at if delivery.attempts else delivery.arrived_at
            self._due[delivery.lane] = due_at

    def reopen(self, deliveries: Sequence[Delivery]) -> None:
        """Lets settled deliveries wait again; one that has moved on stays as it is."""
        with self._lock:
            for delivery in deliveries:
                if self._log[_key(delivery)].version == delivery.version - 1:
                    self._enter(delivery)

    def get_many(
        self, tenant: TenantId, webhook: WebhookId, events: Collection[EventId]
    ) -> Sequence[Delivery]:
        """The deliveries of these events that the log holds."""
        found = (self._log.get((tenant, webhook, event)) for event in set(events))
        return [delivery for delivery in found if delivery]

    def between(
        self, tenant: TenantId, webhook: WebhookId, start: datetime, end: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Deliveries of what happened from ``start`` on and before ``end``, oldest first."""
        inside = [d for d in self._own(tenant, webhook) if start <= d.event.occurred_at < end]
        return sorted(inside, key=lambda each: each.event.id)[:limit]

    def page(
        self, tenant: TenantId, webhook: WebhookId, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """A webhook's deliveries, the newest event first. Raises ValidationFailed."""
        own = self._own(tenant, webhook)
        return newest_first(own, lambda delivery: delivery.event.id, limit, cursor)

    def due(self, before: datetime, limit: int) -> Sequence[DueLane]:
        """Lanes of any tenant that are due since before then, the longest first."""
        with self._lock:
            found = [DueLane(lane, due) for lane, due in self._due.items() if due <= before]
        return sorted(found, key=lambda each: each.due_at)[:limit]

    def _own(self, tenant: TenantId, webhook: WebhookId) -> list[Delivery]:
        with self._lock:
            return [d for d in self._log.values() if (d.tenant, d.webhook) == (tenant, webhook)]

    def _enter(self, delivery: Delivery) -> None:
        self._log[_key(delivery)] = delivery
        self._lanes.setdefault(delivery.lane, set()).add(_key(delivery))
        self._due.setdefault(delivery.lane, delivery.next_try_at or delivery.arrived_at)


def _key(delivery: Delivery) -> _Key:
    return delivery.tenant, delivery.webhook, delivery.event.id


def _place(delivery: Delivery) -> tuple[datetime, datetime, str]:
    return delivery.event.occurred_at, delivery.arrived_at, delivery.event.id
