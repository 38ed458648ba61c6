"""What an action's change writes, in one transaction: the action, its events, the limits that it
takes or returns, work for the queue, its bill, and the turn that tells of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from helpdesk.action_changes import ActionChange
from helpdesk.action_events import Hold
from helpdesk.adapters.dynamodb.action_items import action_fields, action_of, event_fields
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import (
    action_event_key,
    action_key,
    action_request_key,
    limit_key,
    outbox_key,
    turn_key,
)
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_writes
from helpdesk.adapters.dynamodb.writes import ABSENT, PRESENT, Write
from helpdesk.errors import Conflict, OverLimit
from helpdesk.ids import ActionId


@dataclass(frozen=True, slots=True)
class ActionTables:
    """The tables that an action's change may write to."""

    actions: str
    conversations: str
    usage: UsageTables


def record_change(
    database: Database, tables: ActionTables, change: ActionChange, *, tell: bool = True
) -> ActionId | None:
    """Writes a change, or nothing; the id of the action that its request proposed before.

    Safe to repeat. ``tell`` says whether the turn is told. Raises Conflict, and OverLimit
    when a limit has no room left.
    """
    parts = [
        [_head(tables.actions, change)],
        list(_request(tables.actions, change)),
        list(_takes(tables.actions, change)),
        list(_told(tables.conversations, change)) if tell else [],
        list(_facts(tables, change)),
    ]
    try:
        database.write_all(*chain.from_iterable(parts))
    except Refused as refused:
        obstacles = iter(refused.obstacles)
        blamed = [[next(obstacles) for _ in part] for part in parts]
        return _after_refusal(database, tables, change, blamed)
    return None


def _after_refusal(
    database: Database,
    tables: ActionTables,
    change: ActionChange,
    blamed: Sequence[Sequence[Fields | None]],
) -> ActionId | None:
    (head,), requests, takes, told, _ = blamed
    if head and action_of(head) == change.after:
        return None  # An earlier try of this very write.
    if requests and requests[0]:
        return ActionId(requests[0]["proposed"])
    if head is not None:
        raise Conflict("The action has moved on meanwhile.")
    for hold, obstacle in zip(change.takes, takes, strict=True):
        if obstacle is not None:
            raise OverLimit(no_room_for(hold), hold.counter)
    if told and told[0] is not None:
        # The turn was erased; what was done is still true.
        return record_change(database, tables, change, tell=False)
    raise Conflict("The action can't be written.")


def no_room_for(hold: Hold) -> str:
    """What is said when a limit has no room left."""
    tool, _, per, _ = hold.counter.split("#", 3)
    return f"This would go over the limit of {tool} per {per.replace('_', ' ')}."


def _head(table: str, change: ActionChange) -> Write:
    action = change.after
    key = action_key(action.tenant, action.id)
    if change.before is None:
        return Write("Put", table, key, ABSENT, fields=action_fields(action))
    values = {"known": change.before.version}
    fields = action_fields(action)
    return Write("Put", table, key, "#version = :known", values=values, fields=fields)


def _request(table: str, change: ActionChange) -> Iterator[Write]:
    if change.request:
        key = action_request_key(change.after.tenant, change.request.key)
        fields = {"proposed": change.after.id, "fingerprint": change.request.fingerprint}
        yield Write("Put", table, key, ABSENT, fields=fields)


def _takes(table: str, change: ActionChange) -> Iterator[Write]:
    for hold in change.takes:
        values: dict[str, Any] = {"micros": hold.micros, "counter": hold.counter}
        room = ""
        if hold.room_micros is not None:
            values["left"] = hold.room_micros - hold.micros
            room = "attribute_not_exists(#used) OR #used <= :left"
        take = "SET #counter = :counter ADD #used :micros"
        key = limit_key(change.after.tenant, hold.counter)
        yield Write("Update", table, key, room, take, values)


def _told(table: str, change: ActionChange) -> Iterator[Write]:
    if (place := change.told_in) and place.turn:
        action = change.after
        key = turn_key(action.tenant, place.conversation, place.turn)
        told = f"SET #outcomes.#{action.id} = :status"
        values = {"status": action.status.value}
        yield Write("Update", table, key, PRESENT, told, values)


def _facts(tables: ActionTables, change: ActionChange) -> Iterator[Write]:
    """What no condition but a repetition can stand against."""
    action = change.after
    first = action.version - len(change.events) + 1
    for number, event in enumerate(change.events, start=first):
        key = action_event_key(action.tenant, action.id, number)
        yield Write("Put", tables.actions, key, ABSENT, fields=event_fields(event))
    for hold in change.returns:
        back = {"micros": -hold.micros}
        key = limit_key(action.tenant, hold.counter)
        yield Write("Update", tables.actions, key, PRESENT, "ADD #used :micros", back)
    if change.wakes:
        key = outbox_key(action.tenant, action.id, action.version)
        fields = {"tenant": action.tenant, "action": change.wakes}
        yield Write("Put", tables.actions, key, ABSENT, fields=fields)
    if change.usage:
        yield from event_writes(tables.usage, change.usage)
