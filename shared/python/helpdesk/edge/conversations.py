"""Conversations: the log of what was asked and answered, and what customers thought of it."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field

from helpdesk.conversations import (
    Conversation,
    ConversationStatus,
    EndUser,
    Feedback,
    FinishReason,
    Rating,
)
from helpdesk.edge.answers import Answer, ListOut, ListQuery, Moment
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.edge.turns import FeedbackOut, TurnOut
from helpdesk.identity import Scope
from helpdesk.ids import ConversationId, TurnId
from helpdesk.pages import filtered


class ConversationsQuery(ListQuery):
    """Which conversations."""

    status: ConversationStatus | None = None
    outcome: FinishReason | None = None
    end_user: Annotated[
        str | None, Field(max_length=256, description="The tenant's own id of its customer.")
    ] = None
    q: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Words in a row of the first question's first 200 characters.",
        ),
    ] = None

    def matches(self, conversation: Conversation) -> bool:
        """Whether a conversation is one of those that are asked for."""
        end_user = conversation.end_user.id if conversation.end_user else None
        return (
            self.status in (None, conversation.status)
            and self.outcome in (None, conversation.outcome)
            and self.end_user in (None, end_user)
            and _folded(self.q or "") in _folded(conversation.preview)
        )


class FeedbackIn(Request):
    """What the customer thought of an answer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rating": "up"}]})
    rating: Rating
    comment: Annotated[str | None, Field(max_length=2000)] = None


class EndUserOut(Answer):
    """The tenant's customer."""

    id: str
    name: str | None
    email: str | None


class ConversationOut(Answer):
    """A conversation: how its first question begins and how its last turn ended."""

    id: Annotated[str, Field(examples=["conv_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    status: ConversationStatus
    outcome: FinishReason | None
    preview: str
    turn_count: int
    end_user: EndUserOut | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationOut":
        """A conversation's head at the border."""
        return cls(
            id=conversation.id,
            status=conversation.status,
            outcome=conversation.outcome,
            preview=conversation.preview,
            turn_count=conversation.turns,
            end_user=_end_user_out(conversation.end_user) if conversation.end_user else None,
            created_at=conversation.created_at,
            updated_at=conversation.updated_at,
        )


class ConversationWithTurnsOut(ConversationOut):
    """A conversation with its turns, in order."""

    turns: Sequence[TurnOut]


class ConversationsOut(ListOut[ConversationOut]):
    """A page of conversations, newest first."""


def list_conversations(services: Services, call: Call) -> ConversationsOut:
    """The conversations that match."""
    query: ConversationsQuery = call.query
    tenant, log = call.tenant, services.conversations()
    page = filtered(
        lambda limit, cursor: log.page(tenant, limit, cursor),
        query.matches,
        query.limit,
        query.cursor,
    )
    out = [ConversationOut.of(each) for each in page.items]
    return ConversationsOut(items=out, next_cursor=page.next_cursor)


def read(services: Services, call: Call) -> ConversationWithTurnsOut:
    """One conversation and its turns, as they are written."""
    conversation = ConversationId(call.id("conversation_id", "conv"))
    head = ConversationOut.of(_own_head(services, call, conversation))
    log = services.conversations()
    turns = [TurnOut.of(turn) for turn in log.turns(call.tenant, conversation)]
    return ConversationWithTurnsOut(turns=turns, **dict(head))


def give_feedback(services: Services, call: Call) -> FeedbackOut:
    """Keeps what the customer thought; the last word counts."""
    body: FeedbackIn = call.body
    conversation = ConversationId(call.id("conversation_id", "conv"))
    turn = TurnId(call.id("turn_id", "turn"))
    if call.caller.visitor:
        _own_head(services, call, conversation)
    feedback = Feedback(rating=body.rating, comment=body.comment)
    services.conversations().give_feedback(call.tenant, conversation, turn, feedback)
    return FeedbackOut.of(feedback)


def _own_head(services: Services, call: Call, conversation: ConversationId) -> Conversation:
    """A conversation of the caller's; any of the tenant's for its server. Raises NotFound."""
    head = services.conversations().get(call.tenant, conversation)
    if objection := call.caller.asker.objection(head):
        raise objection
    return head


def _folded(text: str) -> str:
    """Without regard to case and to the width of gaps."""
    return " ".join(text.casefold().split())


def _end_user_out(end_user: EndUser) -> EndUserOut:
    return EndUserOut(id=end_user.id, name=end_user.name, email=end_user.email)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/conversations",
        "listConversations",
        "The conversations, newest first.",
        "Conversations",
        list_conversations,
        query=ConversationsQuery,
        answer=ConversationsOut,
    ),
    Operation(
        "GET",
        "/v1/conversations/{conversation_id}",
        "getConversation",
        "A conversation with its turns: you read what you wrote.",
        "Conversations",
        read,
        scope=Scope.CHAT,
        answer=ConversationWithTurnsOut,
    ),
    Operation(
        "POST",
        "/v1/conversations/{conversation_id}/turns/{turn_id}/feedback",
        "giveFeedback",
        "Say what the customer thought of an answer.",
        "Conversations",
        give_feedback,
        scope=Scope.CHAT,
        body=FeedbackIn,
        answer=FeedbackOut,
        idempotent=True,
    ),
)
