"""Resolving a conversation and opening it again: its head and the bill of that, in one go."""

from helpdesk.adapters.dynamodb.conversation_items import conversation_fields
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import conversation_key
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_writes
from helpdesk.adapters.dynamodb.writes import Write, setting
from helpdesk.errors import Conflict
from helpdesk.resolutions import ResolutionChange

# All that a resolution changes: turns that end meanwhile write the rest of the head.
_CHANGED = ("status", "updated_at", "resolutions", "resolution")

# Heads of older days don't count their resolutions: they have none.
_AS_BEFORE = (
    "#status = :status_before"
    " AND (attribute_not_exists(#resolutions) OR #resolutions = :resolutions_before)"
)


def record_resolution(
    database: Database, table: str, usage: UsageTables, change: ResolutionChange
) -> None:
    """Writes a change. Raises Conflict when the conversation is no longer as it was before."""
    try:
        database.write_all(head_write(table, change), *event_writes(usage, change.event))
    except Refused as refused:
        raise Conflict("The conversation has moved on meanwhile.") from refused


def head_write(table: str, change: ResolutionChange) -> Write:
    """The write of the head, if it still is as it was before."""
    before, after = change.before, conversation_fields(change.after)
    key = conversation_key(before.tenant, before.id)
    values = {name: after[name] for name in _CHANGED}
    known = {"status_before": before.status, "resolutions_before": before.resolutions}
    return Write("Update", table, key, _AS_BEFORE, setting(values), values | known)
