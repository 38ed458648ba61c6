"""Actions and their events as items.

What tenants and endpoints bring along (arguments, results, schemas) may hold any JSON value, so an
action and an event are one JSON text each; beside it stands only what conditions and indexes need.
"""

from typing import Any, get_args

from pydantic import TypeAdapter

from helpdesk.action_events import ActionEvent
from helpdesk.actions import Action
from helpdesk.adapters.dynamodb.item_keys import due_shard
from helpdesk.adapters.dynamodb.items import Fields

_ACTION = TypeAdapter(Action)
_EVENTS: dict[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in get_args(ActionEvent)
}


def action_fields(action: Action) -> dict[str, Any]:
    """The fields of an action; while it is due it is in the index of due actions."""
    fields: dict[str, Any] = {
        "version": action.version,
        "status": action.status.value,
        "action": _ACTION.dump_json(action).decode(),
    }
    if action.due_at is not None:
        fields |= {"due_shard": due_shard(action.id), "look_at": action.due_at}
    return fields


def action_of(fields: Fields) -> Action:
    """The action that an item holds."""
    return _ACTION.validate_json(fields["action"])


def event_fields(event: ActionEvent) -> dict[str, Any]:
    """The fields of an event."""
    kind = type(event).__name__
    return {"type": kind, "event": _EVENTS[kind].dump_json(event).decode()}


def event_of(fields: Fields) -> ActionEvent:
    """The event that an item holds."""
    event: ActionEvent = _EVENTS[fields["type"]].validate_json(fields["event"])
    return event
