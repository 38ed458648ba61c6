"""Webhooks: where a tenant wants to be told what has happened, and what became of each telling.

A delivery is ``pending`` until its first attempt, then ``delivered``, or ``retrying`` until it is
``delivered`` or ``dead``. Deliveries of one conversation (or of one subject, where an event is
about no conversation) form a lane: they go out one after another, the oldest first.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from helpdesk.clock import rfc3339
from helpdesk.events import DomainEvent
from helpdesk.ids import TenantId, WebhookId

EventType = Literal[
    "document.ready",
    "document.failed",
    "turn.settled",
    "conversation.resolved",
    "conversation.reopened",
    "usage.recorded",
    "action.proposed",
    "action.awaiting_confirmation",
    "action.reminder",
    "action.succeeded",
    "action.failed",
    "action.unknown",
    "action.rejected",
    "invoice.issued",
]
"""What can be subscribed to; add a type here when something publishes it."""

ALL_EVENTS = "*"
"""Subscribes to every event, also of types that do not exist yet."""

SCHEMA_VERSION = 1
"""Of the envelope. A field may be added without a new version; none is renamed or removed."""

RETRIED_FOR = timedelta(hours=24)
"""A receiver that is down overnight misses nothing."""

KEPT_FOR = timedelta(days=30)
"""How long the delivery log goes back, and so how far a replay can."""

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
_GONE = 410


class DeliveryStatus(StrEnum):
    """How far a delivery has come."""

    PENDING = "pending"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Webhook:
    """A tenant's URL and the types of event that it is told of."""

    tenant: TenantId
    id: WebhookId
    url: str
    events: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None = None

    def wants(self, event_type: str) -> bool:
        """Whether an event of this type is to be delivered."""
        listed = ALL_EVENTS in self.events or event_type in self.events
        return listed and self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Lane:
    """What is delivered in order: a webhook's deliveries about one conversation or subject."""

    tenant: TenantId
    webhook: WebhookId
    name: str


@dataclass(frozen=True, slots=True)
class DueLane:
    """A lane with something to deliver, since then."""

    lane: Lane
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try: the status that came back, or one word for why none did."""

    at: datetime
    status: int | None = None
    problem: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has taken the event."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more of this webhook."""
        return self.status == _GONE


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook.

    ``failures`` counts since it was first sent or last replayed; ``attempts`` holds all tries.
    ``version`` counts its writes, so that of two workers only one ends it.
    """

    tenant: TenantId
    webhook: WebhookId
    event: DomainEvent
    status: DeliveryStatus
    arrived_at: datetime
    gives_up_at: datetime
    next_try_at: datetime | None
    attempts: tuple[Attempt, ...] = ()
    failures: int = 0
    version: int = 1

    @classmethod
    def of(cls, webhook: Webhook, event: DomainEvent, now: datetime) -> "Delivery":
        """A delivery that waits for its first attempt."""
        return cls(
            tenant=webhook.tenant,
            webhook=webhook.id,
            event=event,
            status=DeliveryStatus.PENDING,
            arrived_at=now,
            gives_up_at=now + RETRIED_FOR,
            next_try_at=now,
        )

    @property
    def lane(self) -> Lane:
        """What it is delivered in order with."""
        conversation = self.event.data.get("conversation_id")
        return Lane(self.tenant, self.webhook, str(conversation or self.event.subject))

    @property
    def settled(self) -> bool:
        """Whether nothing more is tried."""
        return self.status in (DeliveryStatus.DELIVERED, DeliveryStatus.DEAD)

    @property
    def expires_at(self) -> datetime:
        """When it leaves the log."""
        return self.gives_up_at - RETRIED_FOR + KEPT_FOR

    def after(self, attempt: Attempt, pause: timedelta) -> "Delivery":
        """The delivery after one more try; a failed one is tried again after the pause.

        The last try is the first one that fails when the time is over: what waited behind others
        is tried at least once, however late its turn comes.
        """
        tried = replace(self, attempts=(*self.attempts, attempt), version=self.version + 1)
        if attempt.succeeded:
            return replace(tried, status=DeliveryStatus.DELIVERED, next_try_at=None)
        failed = replace(tried, failures=self.failures + 1)
        if attempt.gone or attempt.at >= self.gives_up_at:
            return replace(failed, status=DeliveryStatus.DEAD, next_try_at=None)
        next_try_at = min(attempt.at + pause, self.gives_up_at)
        return replace(failed, status=DeliveryStatus.RETRYING, next_try_at=next_try_at)

    def dropped(self) -> "Delivery":
        """The delivery when there is nobody to deliver to any more."""
        return replace(self, status=DeliveryStatus.DEAD, next_try_at=None, version=self.version + 1)

    def again(self, now: datetime) -> "Delivery":
        """The delivery when it is replayed: the same event under the same id."""
        return replace(
            self,
            status=DeliveryStatus.PENDING,
            gives_up_at=now + RETRIED_FOR,
            next_try_at=now,
            failures=0,
            version=self.version + 1,
        )


def pause_after(failures: int, chance: Callable[[], float]) -> timedelta:
    """How long to wait after so many failures: exponential, with full jitter.

    Full jitter, from zero to the doubled and capped pause, spreads what failed together; source:
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/.
    """
    # Capped: the product must not outgrow a timedelta.
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << (min(failures, 16) - 1)))
    return longest * chance()


def body_of(event: DomainEvent) -> bytes:
    """What is posted: the same bytes at every attempt."""
    envelope = {
        "id": event.id,
        "type": event.type,
        "schema_version": SCHEMA_VERSION,
        "tenant_id": event.tenant,
        "subject": event.subject,
        "occurred_at": rfc3339(event.occurred_at),
        "data": event.model_dump(mode="json")["data"],
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(delivery: Delivery, signature: str) -> Mapping[str, str]:
    """What goes with the body. ``X-Helpdesk-Delivery`` counts the attempts, from 1."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Helpdesk-Webhooks/1",
        "X-Helpdesk-Event": delivery.event.type,
        "X-Helpdesk-Delivery": str(len(delivery.attempts) + 1),
        "X-Helpdesk-Signature": signature,
    }
