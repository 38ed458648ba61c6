"""The start of a turn: its item, its conversation and its request key, in one transaction."""

from helpdesk.adapters.dynamodb.conversation_items import (
    conversation_fields,
    conversation_of,
    first_request_of,
    opening_fields,
    request_fields,
    turn_fields,
)
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import conversation_key, request_key, turn_key
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, PRESENT, Write
from helpdesk.conversations import Asker, Conversation, FirstRequest, RequestKey, Turn
from helpdesk.errors import Conflict, NotFound


def claim_turn(
    database: Database,
    table: str,
    turn: Turn,
    conversation: Conversation | None,
    *,
    request: RequestKey | None,
    asker: Asker,
) -> FirstRequest | None:
    """Claims a turn; the first request when its key was used before. Safe to repeat.

    Raises NotFound when the conversation is not there, Conflict when a new one is, and what the
    asker objects to an existing one.
    """
    writes = [_turn(table, turn), _head(table, turn, conversation, asker)]
    if request:
        key = request_key(turn.tenant, request.key)
        writes.append(Write("Put", table, key, ABSENT, fields=request_fields(turn, request)))
    try:
        database.write_all(*writes)
    except Refused as refused:
        claimed, head, *requests = refused.obstacles
        if requests and requests[0]:
            first = first_request_of(requests[0])
            return None if first.turn == turn.id else first
        if claimed:
            return None
        if head is None:
            raise
        raise _wrong_head(conversation, head, asker) from refused
    return None


def _turn(table: str, turn: Turn) -> Write:
    key = turn_key(turn.tenant, turn.conversation, turn.id)
    return Write("Put", table, key, ABSENT, fields=turn_fields(turn) | opening_fields(turn))


def _head(table: str, turn: Turn, conversation: Conversation | None, asker: Asker) -> Write:
    key = conversation_key(turn.tenant, turn.conversation)
    if conversation is None:
        condition, values = _no_objection(asker)
        return Write("ConditionCheck", table, key, f"{PRESENT}{condition}", values=values)
    return Write("Put", table, key, ABSENT, fields=conversation_fields(conversation))


def _no_objection(asker: Asker) -> tuple[str, Fields]:
    """``Asker.objection`` in the database's words: decided in the transaction, not before it."""
    if asker.end_user is None:
        if asker.visitor is None:
            return "", {}
        return " AND #visitor = :visitor", {"visitor": asker.visitor}
    mine = "#end_user.#id = :end_user"
    values = {"end_user": asker.end_user.id}
    if asker.visitor is None:
        return f" AND (attribute_not_exists(#end_user.#id) OR {mine})", values
    return f" AND {mine}", values


def _wrong_head(conversation: Conversation | None, head: Fields, asker: Asker) -> Exception:
    if conversation:
        return Conflict("This conversation is there already.")
    objection = asker.objection(conversation_of(head)) if head else None
    return objection or NotFound("There is no such conversation.")
