"""The start of a turn: its item, its conversation and its request key, in one transaction.

A conversation that is closed is opened again in that transaction, and its resolution credited. That
it is closed is learned from the refusal of the first try: other turns need not ask.
"""

from collections.abc import Iterator

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
from helpdesk.adapters.dynamodb.resolution_writes import head_write
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_writes
from helpdesk.adapters.dynamodb.writes import ABSENT, PRESENT, Write
from helpdesk.conversations import (
    Asker,
    Conversation,
    ConversationStatus,
    FirstRequest,
    RequestKey,
    Turn,
)
from helpdesk.errors import Conflict, NotFound
from helpdesk.resolutions import ResolutionChange, reopened_by

_ATTEMPTS = 5


def claim_turn(
    database: Database,
    table: str,
    usage: UsageTables,
    turn: Turn,
    conversation: Conversation | None,
    *,
    request: RequestKey | None,
    asker: Asker,
) -> FirstRequest | None:
    """Claims a turn; the first request when its key was used before. Safe to repeat.

    Raises NotFound when the conversation is not there, Conflict when a new one is or when others
    open and close it all the time, and what the asker objects to an existing one.
    """
    opening: ResolutionChange | None = None
    for _ in range(_ATTEMPTS):
        head = head_write(table, opening) if opening else _head(table, turn, conversation, asker)
        bill = event_writes(usage, opening.event) if opening else ()
        try:
            database.write_all(_turn(table, turn), head, *_request(table, turn, request), *bill)
        except Refused as refused:
            claimed, in_the_way, *others = refused.obstacles
            if request and others[0]:
                first = first_request_of(others[0])
                return None if first.turn == turn.id else first
            if claimed:
                return None
            if in_the_way is None:
                raise
            opening = _opening(turn, conversation, in_the_way, asker)
        else:
            return None
    raise Conflict("This conversation is opened and closed by others all the time.")


def _turn(table: str, turn: Turn) -> Write:
    key = turn_key(turn.tenant, turn.conversation, turn.id)
    return Write("Put", table, key, ABSENT, fields=turn_fields(turn) | opening_fields(turn))


def _request(table: str, turn: Turn, request: RequestKey | None) -> Iterator[Write]:
    if request:
        key = request_key(turn.tenant, request.key)
        yield Write("Put", table, key, ABSENT, fields=request_fields(turn, request))


def _head(table: str, turn: Turn, conversation: Conversation | None, asker: Asker) -> Write:
    key = conversation_key(turn.tenant, turn.conversation)
    if conversation is None:
        condition, values = _no_objection(asker)
        condition = f"{PRESENT} AND #status <> :closed{condition}"
        values = {**values, "closed": ConversationStatus.CLOSED}
        return Write("ConditionCheck", table, key, condition, values=values)
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


def _opening(
    turn: Turn, conversation: Conversation | None, found: Fields, asker: Asker
) -> ResolutionChange | None:
    """How the conversation that stands in the way is opened again; None when it is open by now.

    Whose it is never changes, so what was read is as good as a condition.
    """
    if conversation:
        raise Conflict("This conversation is there already.")
    if not found:
        raise NotFound("There is no such conversation.")
    head = conversation_of(found)
    if objection := asker.objection(head):
        raise objection
    return reopened_by(turn, head)
