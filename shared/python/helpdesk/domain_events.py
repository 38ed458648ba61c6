"""Changes in the tables become domain events: what has happened, under ids that follow from it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.actions import Action, ActionStatus
from helpdesk.clock import rfc3339
from helpdesk.conversations import Conversation, ConversationStatus, Turn, TurnStatus
from helpdesk.documents import Document, DocumentStatus
from helpdesk.events import DomainEvent
from helpdesk.ids import TenantId, new_id
from helpdesk.ports import EventBus
from helpdesk.usage import UsageEvent


@dataclass(frozen=True, slots=True)
class DocumentChanged:
    """A document was written; ``before`` is None for a new one."""

    before: Document | None
    after: Document


@dataclass(frozen=True, slots=True)
class TurnChanged:
    """A turn was written; ``before`` is None for a new one."""

    before: Turn | None
    after: Turn


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """A conversation's head was written; ``before`` is None for a new one."""

    before: Conversation | None
    after: Conversation


@dataclass(frozen=True, slots=True)
class ActionChanged:
    """An action has moved on; ``before`` is None for a new one."""

    before: Action | None
    after: Action


@dataclass(frozen=True, slots=True)
class UsageRecorded:
    """A usage event was written."""

    event: UsageEvent


Change = DocumentChanged | TurnChanged | ConversationChanged | ActionChanged | UsageRecorded


@dataclass(frozen=True, slots=True)
class Announcer:
    """Tells whoever listens what has happened: each event at least once, under the same id."""

    bus: EventBus

    def announce(self, changes: Iterable[Change]) -> int:
        """Publishes what has happened, and says how much that is. Raises Unavailable."""
        events = [event for change in changes for event in events_of(change)]
        if events:
            self.bus.publish(events)
        return len(events)


def events_of(change: Change) -> Sequence[DomainEvent]:
    """What has happened by this change; most changes are no event."""
    match change:
        case DocumentChanged(before, after):
            return _document_events(before, after)
        case TurnChanged(before, after):
            return _turn_events(before, after)
        case ConversationChanged(before, after):
            return _conversation_events(before, after)
        case ActionChanged(before, after):
            return _action_events(before, after)
        case UsageRecorded(event):
            return [_usage_recorded(event)]


def _document_events(before: Document | None, after: Document) -> Sequence[DomainEvent]:
    data = {"document_id": after.id, "version": after.version, "external_id": after.external_id}
    published = before.published_version if before else None
    if after.published_version is not None and after.published_version != published:
        ready = {**data, "version": after.published_version, "chunks": after.chunks}
        return [_event("document.ready", after.tenant, after.id, after.updated_at, ready)]
    failed_before = before is not None and (
        (before.status, before.version) == (DocumentStatus.FAILED, after.version)
    )
    if after.status is DocumentStatus.FAILED and after.failure and not failed_before:
        failed = {**data, "code": after.failure.code}
        return [_event("document.failed", after.tenant, after.id, after.updated_at, failed)]
    return []


def _turn_events(before: Turn | None, after: Turn) -> Sequence[DomainEvent]:
    settled_before = before is not None and before.status is TurnStatus.SETTLED
    if after.status is not TurnStatus.SETTLED or settled_before:
        return []
    data: dict[str, Any] = {
        "conversation_id": after.conversation,
        "turn_id": after.id,
        "finish_reason": after.finish_reason,
    }
    if after.timing:
        data |= {
            "first_token_ms": after.timing.first_token_ms,
            "total_ms": after.timing.total_ms,
        }
    return [_event("turn.settled", after.tenant, after.id, after.ended_at, data)]


def _conversation_events(before: Conversation | None, after: Conversation) -> Sequence[DomainEvent]:
    closed_before = before is not None and before.status is ConversationStatus.CLOSED
    closed = after.status is ConversationStatus.CLOSED
    if closed == closed_before:
        return []
    kind = "conversation.resolved" if closed else "conversation.reopened"
    data = {"conversation_id": after.id, "resolution": after.resolutions, "turns": after.turns}
    return [_event(kind, after.tenant, after.id, after.updated_at, data)]


def _action_events(before: Action | None, after: Action) -> Sequence[DomainEvent]:
    """``action.succeeded`` and its like: each status that an action comes to."""
    if before and _stands(before) == _stands(after):
        return []
    kind = f"action.{after.status.value}"
    return [_event(kind, after.tenant, after.id, after.updated_at, _data_of(after))]


def reminder_of(action: Action, at: datetime) -> DomainEvent:
    """``action.reminder``: an action still waits for somebody's decision. ``at`` is when the
    reminder was due: a repetition is the same event."""
    return _event("action.reminder", action.tenant, action.id, at, _data_of(action))


def _stands(action: Action) -> tuple[object, ...]:
    return action.status, action.human_asked, action.asked_of


def _data_of(action: Action) -> Mapping[str, Any]:
    data: dict[str, Any] = {
        "action_id": action.id,
        "tool": action.tool.name,
        "status": action.status.value,
        "version": action.version,
        "order": action.order,
        "conversation_id": action.place.conversation if action.place else None,
        "human_asked": action.human_asked,
    }
    if action.status is ActionStatus.AWAITING_CONFIRMATION and action.due_at:
        data |= {
            "asked_of": action.asked_of,
            "expires_at": rfc3339(action.due_at),
            "over_limit": action.over_limit,
        }
    if action.failure:
        data["code"] = action.failure.code
    return data


def _usage_recorded(event: UsageEvent) -> DomainEvent:
    data = {
        "event_id": event.id,
        "subject": event.subject,
        "plan": event.plan,
        "price_version": event.price_version,
        "estimated": event.estimated,
        "corrects": event.corrects,
        "quantities": [
            {
                "meter": line.meter,
                "quantity": line.quantity,
                "cost": line.cost.as_json(),
            }
            for line in event.lines
        ],
    }
    return _event("usage.recorded", event.tenant, event.id, event.occurred_at, data)


def id_of(type_: str, subject: str, occurred_at: datetime, version: object = "") -> str:
    """The one id of the event that tells of a fact. ``version`` tells apart what happens to one
    subject several times."""
    fact = hashlib.sha256(f"{type_} {subject} {version}".encode()).digest()
    return new_id("evt", occurred_at, lambda length: fact[:length])


def _event(
    type_: str, tenant: TenantId, subject: str, occurred_at: datetime, data: Mapping[str, Any]
) -> DomainEvent:
    number = data.get("version", data.get("resolution", ""))
    return DomainEvent(
        id=id_of(type_, subject, occurred_at, number),
        type=type_,
        tenant=tenant,
        subject=subject,
        occurred_at=occurred_at,
        data=data,
    )
