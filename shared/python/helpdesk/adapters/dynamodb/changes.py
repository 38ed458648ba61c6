"""The records of the tables' streams, as what was changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from helpdesk.adapters.dynamodb.action_items import action_of
from helpdesk.adapters.dynamodb.billing_keys import is_usage
from helpdesk.adapters.dynamodb.conversation_items import conversation_of, turn_of
from helpdesk.adapters.dynamodb.document_items import document_of
from helpdesk.adapters.dynamodb.item_keys import ACTIONS, CONVERSATIONS, DOCUMENTS, OUTBOX, TURNS
from helpdesk.adapters.dynamodb.items import Fields, from_attributes
from helpdesk.adapters.dynamodb.usage_items import event_of
from helpdesk.domain_events import (
    ActionChanged,
    Change,
    ConversationChanged,
    DocumentChanged,
    TurnChanged,
    UsageRecorded,
)
from helpdesk.events import ActionWork

_Thing = TypeVar("_Thing")
_Told = Callable[[Fields, Fields], Change]


def _told(
    read: Callable[[Fields], _Thing], tell: Callable[[_Thing | None, _Thing], Change]
) -> _Told:
    return lambda before, after: tell(read(before) if before else None, read(after))


_CHANGES: Mapping[str, _Told] = {
    DOCUMENTS: _told(document_of, DocumentChanged),
    TURNS: _told(turn_of, TurnChanged),
    CONVERSATIONS: _told(conversation_of, ConversationChanged),
    ACTIONS: _told(action_of, ActionChanged),
}
"""What a changed item tells, by how its sort key begins."""


def change_of(record: Mapping[str, Any]) -> Change | None:
    """What a stream's record tells; None for a deletion and for items that nobody asks about."""
    images = record["dynamodb"]
    if "NewImage" not in images:
        return None
    keys, after = from_attributes(images["Keys"]), from_attributes(images["NewImage"])
    if is_usage(keys["pk"]):
        return UsageRecorded(event_of(after))
    before = from_attributes(images.get("OldImage", {}))
    told = (tell for prefix, tell in _CHANGES.items() if keys["sk"].startswith(prefix))
    return next((tell(before, after) for tell in told), None)


def action_works_of(records: Sequence[Mapping[str, Any]]) -> Sequence[ActionWork]:
    """The work that a stream's new outbox items ask for."""
    images = [record["dynamodb"].get("NewImage") for record in records]
    items = [from_attributes(image) for image in images if image]
    return [
        ActionWork(tenant=item["tenant"], action=item["action"])
        for item in items
        if item["sk"].startswith(OUTBOX)
    ]
