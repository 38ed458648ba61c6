"""Resolutions: a conversation that is closed is billed, and one that is opened again is credited.

There is no time limit: a resolution is credited whenever its conversation is opened again, be it by
a colleague or by the customer's next message. The credit is a fact of the month in which that
happens: the month of the resolution may be closed. It is worth what the resolution cost there
(billing/rating.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.conversations import Conversation, ConversationStatus, Turn
from helpdesk.ids import EventId
from helpdesk.usage import UsageEvent

_BY_HAND = "The conversation was opened again."
_BY_MESSAGE = "The customer wrote again."


@dataclass(frozen=True, slots=True)
class ResolutionChange:
    """A conversation's head before and after, and the event that bills or credits the change."""

    before: Conversation
    after: Conversation
    event: UsageEvent


def resolved(head: Conversation, bill: UsageEvent) -> ResolutionChange:
    """An open conversation is closed, and billed by that event."""
    after = replace(
        head,
        status=ConversationStatus.CLOSED,
        updated_at=bill.occurred_at,
        resolutions=head.resolutions + 1,
        resolution=bill,
    )
    return ResolutionChange(head, after, bill)


def reopened(head: Conversation, now: datetime) -> ResolutionChange | None:
    """A closed conversation is the bot's again, and its bill taken back; None for an open one."""
    return _reopened(head, now, _BY_HAND)


def reopened_by(turn: Turn, head: Conversation) -> ResolutionChange | None:
    """As :func:`reopened`, by a turn that begins in the conversation."""
    return _reopened(head, turn.started_at, _BY_MESSAGE)


def _reopened(head: Conversation, now: datetime, reason: str) -> ResolutionChange | None:
    bill = head.resolution
    if bill is None:
        return None
    # Clocks differ: no credit is older than what it takes back.
    at = max(now, bill.occurred_at)
    credit = replace(
        bill,
        id=EventId(f"{bill.id}_reopened"),
        type="resolution_reopened",
        occurred_at=at,
        lines=tuple(replace(each, quantity=-each.quantity, cost=-each.cost) for each in bill.lines),
        corrects=bill.id,
        corrects_in=bill.month,
        reason=reason,
    )
    after = replace(head, status=ConversationStatus.BOT, updated_at=at, resolution=None)
    return ResolutionChange(head, after, credit)
