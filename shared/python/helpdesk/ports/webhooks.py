"""Where tenants are told what has happened."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from helpdesk.events import DeliveryDue, DomainEvent, PlatformEvent
from helpdesk.ids import EventId, TenantId, WebhookId
from helpdesk.pages import Page
from helpdesk.webhooks import Attempt, Delivery, DueLane, Lane, Webhook


class EventBus(Protocol):
    """Tells whoever listens what has happened.

    Listeners to tenants' events never hear of the platform's.
    """

    def publish(self, events: Sequence[DomainEvent | PlatformEvent]) -> None:
        """Publishes events, at least once. Raises Unavailable when any was not taken."""


class Webhooks(Protocol):
    """Where the tenants want to be told what has happened."""

    def add(self, webhook: Webhook) -> None:
        """Writes a new webhook."""

    def get(self, tenant: TenantId, webhook: WebhookId) -> Webhook:
        """One webhook. Raises NotFound."""

    def of_tenant(self, tenant: TenantId) -> Sequence[Webhook]:
        """All webhooks of a tenant, oldest first."""

    def disable(self, tenant: TenantId, webhook: WebhookId, now: datetime) -> None:
        """Sends nothing more there; nothing happens when it is not there."""

    def enable(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Sends there again; nothing happens when it is not there."""

    def delete(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Removes a webhook. Raises NotFound."""


class Deliveries(Protocol):
    """The delivery log, and the lanes in which deliveries wait. Reads but ``due`` are
    consistent."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Writes new deliveries and lets them wait; those that are there already stay as they
        are."""

    def first(self, lane: Lane) -> Delivery | None:
        """The delivery that is next in a lane: of the oldest event. None: nothing waits."""

    def save(self, delivery: Delivery) -> None:
        """Writes the state after an attempt; a settled one waits no longer.

        Raises Conflict when the delivery has moved on meanwhile.
        """

    def reopen(self, deliveries: Sequence[Delivery]) -> None:
        """Lets settled deliveries wait again; one that has moved on meanwhile stays as it is."""

    def get_many(
        self, tenant: TenantId, webhook: WebhookId, events: Collection[EventId]
    ) -> Sequence[Delivery]:
        """The deliveries of these events that the log holds, in any order."""

    def between(
        self, tenant: TenantId, webhook: WebhookId, start: datetime, end: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Deliveries of what happened from ``start`` on and before ``end``, oldest first."""

    def page(
        self, tenant: TenantId, webhook: WebhookId, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """A webhook's deliveries, the newest event first."""

    def due(self, before: datetime, limit: int) -> Sequence[DueLane]:
        """Lanes of any tenant that are due since before then, the longest first. May lag."""


class DeliveryQueue(Protocol):
    """Work on lanes: one message at a time for each."""

    def send(self, due: Sequence[DeliveryDue]) -> None:
        """Queues messages; one that was sent a moment before is not sent again.

        Raises Unavailable.
        """


class WebhookSender(Protocol):
    """The receivers of webhooks."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        """Posts once, within a deadline, to a public address, and follows no redirect."""
