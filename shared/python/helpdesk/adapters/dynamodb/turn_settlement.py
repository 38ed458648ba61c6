"""The end of a turn: the turn, its bill and its conversation's head, in one transaction."""

from helpdesk.adapters.dynamodb.conversation_items import OPENING, turn_fields
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import conversation_key, turn_key
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_writes
from helpdesk.adapters.dynamodb.writes import PRESENT, Write, setting
from helpdesk.conversations import Turn, TurnStatus
from helpdesk.errors import Conflict, NotFound
from helpdesk.usage import UsageEvent

# Feedback, and how an action ended, may come before the end, and must outlive it.
_UNTOUCHED = ("tenant", "conversation", "id", "question", "started_at", "feedback", "outcomes")


def settle_turn(
    database: Database, table: str, usage: UsageTables, turn: Turn, event: UsageEvent
) -> bool:
    """Settles a running turn; False when it was settled before. Safe to repeat.

    Raises NotFound, and Conflict when the event's id is another turn's.
    """
    try:
        database.write_all(_turn(table, turn), *event_writes(usage, event), _head(table, turn))
    except Refused as refused:
        ended, billed, *_ = refused.obstacles
        if ended:
            return False
        if billed:
            raise Conflict("This usage event bills something else already.") from refused
        raise NotFound("There is no such turn.") from refused
    return True


def _turn(table: str, turn: Turn) -> Write:
    key = turn_key(turn.tenant, turn.conversation, turn.id)
    fields = turn_fields(turn)
    values = {name: value for name, value in fields.items() if name not in _UNTOUCHED}
    removed = ", ".join(f"#{name}" for name in OPENING)
    change = f"{setting(values)} REMOVE {removed}"
    values["running"] = TurnStatus.RUNNING
    return Write("Update", table, key, "#status = :running", change, values)


def _head(table: str, turn: Turn) -> Write:
    key = conversation_key(turn.tenant, turn.conversation)
    values = {"updated_at": turn.ended_at, "outcome": turn.finish_reason}
    change = f"{setting(values)} ADD #turns :one"
    return Write("Update", table, key, PRESENT, change, values | {"one": 1})
