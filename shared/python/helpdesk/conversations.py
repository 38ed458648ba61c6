"""Conversations and their turns: the log of what was asked, answered and spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from helpdesk.actions import ActionStatus
from helpdesk.errors import Conflict, HelpdeskError, NotFound
from helpdesk.ids import ActionId, ConversationId, DocumentId, TenantId, TurnId, VisitorId
from helpdesk.money import Money
from helpdesk.usage import UsageEvent

FinishReason = Literal[
    "answered", "no_answer", "action", "awaiting_confirmation", "handed_off", "error"
]
CacheUse = Literal["none", "exact", "semantic"]
Rating = Literal["up", "down"]

PREVIEW_CHARACTERS = 200


class ConversationStatus(StrEnum):
    """Who speaks for the tenant."""

    BOT = "bot"
    PENDING = "pending"
    HUMAN = "human"
    CLOSED = "closed"


class TurnStatus(StrEnum):
    """A turn is claimed when it starts and settled, once, when it ends."""

    RUNNING = "running"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class EndUser:
    """The tenant's customer, by the tenant's own id."""

    id: str
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of an answer; ``id`` is opaque and ours, ``[n]`` in the text is its place."""

    id: str
    document_id: DocumentId
    title: str
    url: str | None
    heading: str | None
    page: int | None
    snippet: str


@dataclass(frozen=True, slots=True)
class TurnUsage:
    """What a turn used and what it cost; ``estimated`` when the model did not say."""

    model: str
    input_tokens: int
    output_tokens: int
    cost: Money
    price_version: str
    cache: CacheUse = "none"
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the customer waited, in whole milliseconds."""

    first_token_ms: int | None
    total_ms: int


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the customer thought of an answer."""

    rating: Rating
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class TurnAction:
    """An action, or something looked up, as a turn told of it at some point.

    ``after`` is how many pieces of the answer had left before.
    """

    id: ActionId
    tool: str
    status: ActionStatus
    summary: str
    result: Mapping[str, Any] | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer.

    ``deltas`` are the lengths, in characters, of the answer's pieces as they were streamed, so that
    a lost stream can be resumed event by event. ``outcomes`` is how its actions stand that moved
    on since they were told.
    """

    tenant: TenantId
    conversation: ConversationId
    id: TurnId
    status: TurnStatus
    question: str
    started_at: datetime
    answer: str = ""
    deltas: tuple[int, ...] = ()
    sources: tuple[Citation, ...] = ()
    citations: tuple[Citation, ...] = ()
    actions: tuple[TurnAction, ...] = ()
    finish_reason: FinishReason | None = None
    usage: TurnUsage | None = None
    timing: Timing | None = None
    feedback: Feedback | None = None
    error_code: str | None = None
    outcomes: Mapping[ActionId, ActionStatus] = field(default_factory=dict)

    @property
    def ended_at(self) -> datetime:
        """When it was settled; of a running turn, when it began."""
        lasted = self.timing.total_ms if self.timing else 0
        return self.started_at + timedelta(milliseconds=lasted)

    @property
    def latest_actions(self) -> Sequence[TurnAction]:
        """Each of its actions once, as it stands."""
        last = {action.id: action for action in self.actions}
        return [
            replace(action, status=self.outcomes.get(action.id, action.status))
            for action in last.values()
        ]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation's head; its turns are items of their own.

    It belongs to the end user, or where there is none to the anonymous ``visitor``, if to anybody:
    both stay as they were at its beginning. ``preview`` is how its first question begins.
    ``resolutions`` counts how often it was resolved; ``resolution`` is the event that bills the one
    that stands, and is there as long as the conversation is closed.
    """

    tenant: TenantId
    id: ConversationId
    status: ConversationStatus
    created_at: datetime
    updated_at: datetime
    turns: int = 0
    end_user: EndUser | None = None
    outcome: FinishReason | None = None
    preview: str = ""
    visitor: VisitorId | None = None
    resolutions: int = 0
    resolution: UsageEvent | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who speaks in a conversation: a visitor, who has his own ones only, or the tenant's server.

    The server may say for which end user it speaks. As it is by default, it may speak in any.
    """

    end_user: EndUser | None = None
    visitor: VisitorId | None = None

    def objection(self, head: Conversation) -> HelpdeskError | None:
        """Why this one may not speak in that conversation, if so."""
        theirs = head.end_user.id if head.end_user else None
        mine = self.end_user.id if self.end_user else None
        if self.visitor is None:
            if mine is None or theirs in (None, mine):
                return None
            return Conflict("This conversation is another end user's.")
        own = theirs == mine if mine else head.visitor == self.visitor
        return None if own else NotFound("There is no such conversation.")


def preview_of(question: str) -> str:
    """How a question begins, on one line."""
    return " ".join(question.split())[:PREVIEW_CHARACTERS]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A caller's idempotency key, and the fingerprint of the request that it came with."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class FirstRequest:
    """The turn that the first request with an idempotency key started."""

    conversation: ConversationId
    turn: TurnId
    fingerprint: str
