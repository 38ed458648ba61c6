"""What a chat may be asked over HTTP, read strictly."""

import hashlib
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from helpdesk.chat_context import Question
from helpdesk.conversations import EndUser, RequestKey
from helpdesk.edge.requests import Request
from helpdesk.errors import FieldError, InvalidRequest, NotFound, ValidationFailed
from helpdesk.identity import Principal
from helpdesk.ids import ConversationId, TurnId, is_id

MAX_MESSAGE_CHARACTERS = 8000
_MAX_KEY_CHARACTERS = 255

Message = Annotated[str, Field(min_length=1, max_length=MAX_MESSAGE_CHARACTERS)]
Line = Annotated[str, Field(min_length=1, max_length=255)]


class EndUserRequest(Request):
    """The tenant's customer."""

    id: Line
    name: Line | None = None
    email: Line | None = None

    def value(self) -> EndUser:
        """The end user, inside."""
        return EndUser(self.id, self.name, self.email)


class ChatRequest(Request):
    """A customer's message. ``stream`` chooses between an event stream and one JSON answer.

    ``end_user`` is for the tenant's server to say; who a visitor is stands in the token.
    """

    message: Message
    conversation_id: Line | None = None
    stream: bool = True
    end_user: EndUserRequest | None = None

    def question(self, principal: Principal, request: RequestKey | None) -> Question:
        """The question that is asked. Raises ValidationFailed and NotFound."""
        visitor = principal.visitor
        if visitor and self.end_user:
            wrong = FieldError("end_user", "Leave this out: the session says who the visitor is.")
            raise ValidationFailed("Check: end_user.", errors=[wrong])
        said = self.end_user.value() if self.end_user else None
        return Question(
            tenant=principal.its_tenant(),
            text=self.message,
            conversation=conversation_id(self.conversation_id) if self.conversation_id else None,
            end_user=visitor.end_user if visitor else said,
            request=request,
            visitor=visitor.id if visitor else None,
        )


def conversation_id(given: str) -> ConversationId:
    """The id of a conversation. Raises NotFound when no conversation can have it."""
    if not is_id("conv", given):
        raise NotFound("There is no such conversation.")
    return ConversationId(given)


def turn_id(given: str) -> TurnId:
    """The id of a turn. Raises NotFound when no turn can have it."""
    if not is_id("turn", given):
        raise NotFound("There is no such turn.")
    return TurnId(given)


def request_key(
    headers: Mapping[str, str], path: str, body: Request, principal: Principal
) -> RequestKey | None:
    """The request's ``Idempotency-Key``, if it has one. Raises InvalidRequest for a bad one."""
    key = headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= _MAX_KEY_CHARACTERS:
        wrong = FieldError("Idempotency-Key", f"Send 1 to {_MAX_KEY_CHARACTERS} characters.")
        raise InvalidRequest("The Idempotency-Key is too long or empty.", errors=[wrong])
    fingerprint = hashlib.sha256(f"{path}\n{body.model_dump_json()}".encode()).hexdigest()
    return RequestKey(_scoped(key, principal), fingerprint)


def _scoped(key: str, principal: Principal) -> str:
    """A key apart from those of a tenant's other visitors, whose answers it must not repeat.

    No header holds a line break: what a tenant's server sends can't be a visitor's key.
    """
    if (visitor := principal.visitor) is None:
        return key
    whose = f"end_user\n{visitor.end_user.id}" if visitor.end_user else f"visitor\n{visitor.id}"
    return f"{whose}\n{key}"
