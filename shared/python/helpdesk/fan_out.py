"""An event becomes a delivery for each webhook that wants it; what is due is looked at again."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.clock import Clock, rfc3339
from helpdesk.events import DeliveryDue, DomainEvent
from helpdesk.ports import Deliveries, DeliveryQueue, Webhooks
from helpdesk.webhooks import Delivery, Lane

LANES_PER_SWEEP = 1_000
"""Lanes that are woken in a minute; the rest a minute later, the longest overdue first."""


@dataclass(frozen=True, slots=True)
class FanOut:
    """Writes deliveries first and sends their messages then: a lost message is found by the sweep,
    so nothing that was written is ever lost."""

    webhooks: Webhooks
    deliveries: Deliveries
    queue: DeliveryQueue
    now: Clock

    def spread(self, event: DomainEvent) -> int:
        """Queues an event for each webhook that wants it; again changes nothing.

        Raises Unavailable.
        """
        now = self.now()
        wanting = [each for each in self.webhooks.of_tenant(event.tenant) if each.wants(event.type)]
        new = [Delivery.of(webhook, event, now) for webhook in wanting]
        self.deliveries.add(new)
        self.queue.send([due_for(delivery) for delivery in new])
        return len(new)

    def wake(self) -> int:
        """Sends a message for each lane whose next try is due. Raises Unavailable."""
        due = self.deliveries.due(self.now(), LANES_PER_SWEEP)
        self.queue.send([due_since(each.lane, each.due_at) for each in due])
        return len(due)


def due_for(delivery: Delivery) -> DeliveryDue:
    """The message that a delivery waits: one for each webhook, event and replay."""
    return _message(delivery.lane, f"{delivery.event.id}:{delivery.version}")


def due_since(lane: Lane, moment: datetime) -> DeliveryDue:
    """The message that a lane is due since then; sent again within minutes, it counts once."""
    return _message(lane, rfc3339(moment))


def _message(lane: Lane, cause: str) -> DeliveryDue:
    return DeliveryDue(tenant=lane.tenant, webhook=lane.webhook, lane=lane.name, cause=cause)
