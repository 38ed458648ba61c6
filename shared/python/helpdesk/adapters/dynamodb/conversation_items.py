"""Conversations and turns as items."""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.item_keys import open_shard
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.conversations import Conversation, FirstRequest, RequestKey, Turn, TurnAction

_REQUESTS_KEPT_FOR = timedelta(hours=48)

# While these two are there, the turn is in the index of open turns.
OPENING = ("open_shard", "opened_at")

_CONVERSATION = TypeAdapter(Conversation)
_TURN = TypeAdapter(Turn)
_ACTIONS = TypeAdapter(tuple[TurnAction, ...])
_FIRST_REQUEST = TypeAdapter(FirstRequest)


def conversation_fields(conversation: Conversation) -> dict[str, Any]:
    """The fields of a conversation's head."""
    fields: dict[str, Any] = _CONVERSATION.dump_python(conversation)
    return fields


def conversation_of(fields: Fields) -> Conversation:
    """The conversation that an item holds."""
    return _CONVERSATION.validate_python(fields)


def turn_fields(turn: Turn) -> dict[str, Any]:
    """The fields of a turn; its deltas are one text, which takes half the room of a list, and its
    actions another: what endpoints answered may hold any JSON value."""
    fields: dict[str, Any] = _TURN.dump_python(turn)
    actions = _ACTIONS.dump_json(turn.actions).decode()
    return fields | {"deltas": " ".join(map(str, turn.deltas)), "actions": actions}


def turn_of(fields: Fields) -> Turn:
    """The turn that an item holds."""
    actions = _ACTIONS.validate_json(fields.get("actions", "[]"))
    return _TURN.validate_python({**fields, "deltas": fields["deltas"].split(), "actions": actions})


def opening_fields(turn: Turn) -> dict[str, Any]:
    """What puts a turn into the index of open turns."""
    return dict(zip(OPENING, (open_shard(turn.id), turn.started_at), strict=True))


def request_fields(turn: Turn, request: RequestKey) -> dict[str, Any]:
    """The first request with an idempotency key; ``expires_at`` (Unix seconds) ends its item."""
    first = FirstRequest(turn.conversation, turn.id, request.fingerprint)
    expires_at = int((turn.started_at + _REQUESTS_KEPT_FOR).timestamp())
    return {**_FIRST_REQUEST.dump_python(first), "expires_at": expires_at}


def first_request_of(fields: Fields) -> FirstRequest:
    """The first request that an item holds."""
    return _FIRST_REQUEST.validate_python(fields)
