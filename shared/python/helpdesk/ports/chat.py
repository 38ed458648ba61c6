"""Answers, and their log."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Protocol

from helpdesk.conversations import Asker, Conversation, Feedback, FirstRequest, RequestKey, Turn
from helpdesk.ids import ConversationId, TenantId, TurnId
from helpdesk.model import Message, Said, ToolOffer
from helpdesk.pages import Page
from helpdesk.resolutions import ResolutionChange
from helpdesk.usage import UsageEvent


class LanguageModel(Protocol):
    """Answers a prompt."""

    @property
    def model(self) -> str:
        """The id of the model that is asked; the one that answers may call itself another."""

    def stream(
        self, prompt: Sequence[Message], tools: Sequence[ToolOffer] = ()
    ) -> AsyncGenerator[Said, None]:
        """The answer's pieces as they are produced, then the calls of tools that it wishes for,
        then what it used, if the model says so.

        Closing the generator hangs up. Raises Unavailable when the model does not answer within
        its deadlines.
        """


class Conversations(Protocol):
    """The log. A turn and the usage event that bills it are settled in one transaction."""

    def claim(
        self,
        turn: Turn,
        conversation: Conversation | None,
        request: RequestKey | None = None,
        asker: Asker | None = None,
    ) -> FirstRequest | None:
        """Starts a turn: of a new conversation, when one is given, or of an existing one.

        A ``request`` key is claimed in the same transaction and kept for at least 24 hours; when
        this tenant claimed it before, nothing is started and the first request is returned. A
        closed conversation is opened again by it, and its resolution credited.
        Raises NotFound when the conversation is not there, and the ``asker``'s objection to an
        existing one.
        """

    def settle(self, turn: Turn, event: UsageEvent) -> bool:
        """Ends a running turn together with its usage event. False when it was settled before."""

    def record(self, change: ResolutionChange) -> None:
        """Resolves a conversation or opens it again, together with the event that bills that.

        Raises Conflict when it was resolved or opened meanwhile.
        """

    def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        """One conversation, by a consistent read. Raises NotFound."""

    def turns(
        self, tenant: TenantId, conversation: ConversationId, last: int | None = None
    ) -> Sequence[Turn]:
        """Its turns in order, by a consistent read; only the ``last`` few when given."""

    def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> Turn:
        """One turn, by a consistent read. Raises NotFound."""

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Conversation]:
        """A tenant's conversations, newest first."""

    def give_feedback(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, feedback: Feedback
    ) -> None:
        """Keeps what the customer thought of a turn. Raises NotFound."""

    def orphans(self, started_before: datetime, limit: int) -> Sequence[Turn]:
        """Turns of any tenant that were claimed before then and never settled."""
