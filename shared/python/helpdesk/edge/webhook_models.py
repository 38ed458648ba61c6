"""Webhooks and their deliveries as the API takes and shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from helpdesk.edge.answers import Answer, ListOut, Moment
from helpdesk.edge.requests import Request
from helpdesk.webhooks import Delivery, DeliveryStatus, EventType, Webhook


class WebhookIn(Request):
    """Where to tell what: types of event, or ``*`` for all, also those to come."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"url": "https://acme.example/hooks/helpdesk", "events": ["document.ready"]}
            ]
        }
    )
    url: Annotated[str, Field(min_length=1, max_length=2048)]
    events: Annotated[list[EventType | Literal["*"]], Field(min_length=1, max_length=50)]


class WebhookOut(Answer):
    """A webhook; it was disabled when its receiver answered 410 Gone."""

    id: Annotated[str, Field(examples=["wh_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    url: str
    events: Sequence[str]
    disabled_at: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, webhook: Webhook) -> "WebhookOut":
        """A webhook at the border."""
        return cls(
            id=webhook.id,
            url=webhook.url,
            events=webhook.events,
            disabled_at=webhook.disabled_at,
            created_at=webhook.created_at,
        )


class WebhooksOut(ListOut[WebhookOut]):
    """All webhooks, oldest first."""


class AttemptOut(Answer):
    """One try: the status that came back, or a word for why none did."""

    at: Moment
    status_code: int | None
    problem: Annotated[str | None, Field(examples=["timeout"])]


class DeliveryOut(Answer):
    """What became of one event."""

    event_id: str
    type: str
    status: DeliveryStatus
    occurred_at: Moment
    attempts: int
    last_attempts: Annotated[Sequence[AttemptOut], Field(description="The last ten, in order.")]
    last_status_code: int | None
    next_try_at: Moment | None

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryOut":
        """A delivery at the border."""
        tries = [
            AttemptOut(at=each.at, status_code=each.status, problem=each.problem)
            for each in delivery.attempts[-10:]
        ]
        return cls(
            event_id=delivery.event.id,
            type=delivery.event.type,
            status=delivery.status,
            occurred_at=delivery.event.occurred_at,
            attempts=len(delivery.attempts),
            last_attempts=tries,
            last_status_code=tries[-1].status_code if tries else None,
            next_try_at=delivery.next_try_at,
        )


class DeliveriesOut(ListOut[DeliveryOut]):
    """A page of deliveries, the newest event first."""


class ReplayIn(Request):
    """What to send again: all that happened from one time on and before another, or some events."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z"},
                {"event_ids": ["evt_01kaxg3n2m8q4r6t8v0w2x4y6z"]},
            ]
        }
    )
    start: Annotated[AwareDatetime | None, Field(alias="from")] = None
    end: Annotated[AwareDatetime | None, Field(alias="to")] = None
    event_ids: Annotated[
        list[Annotated[str, Field(pattern=r"^evt_[0-9a-z]{1,64}$")]] | None,
        Field(min_length=1, max_length=100),
    ] = None

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "ReplayIn":
        times = self.start is not None and self.end is not None
        some = self.start is not None or self.end is not None
        if (self.event_ids is not None) == some or (some and not times):
            raise ValueError("Send either from and to, or event_ids.")
        return self

    @property
    def range(self) -> tuple[datetime, datetime] | None:
        """From when on and before when, if it is a range."""
        return (self.start, self.end) if self.start and self.end else None


class ReplayOut(Answer):
    """How many events are sent again; ``next_from`` is the ``from`` of the next call when there
    are more than one call replays."""

    events: int
    next_from: Moment | None
