"""The records of the tables' streams, as what was changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.adapters.dynamodb.action_items import action_of
from helpdesk.adapters.dynamodb.conversation_items import turn_of
from helpdesk.adapters.dynamodb.document_items import document_of
from helpdesk.adapters.dynamodb.item_keys import ACTIONS, DOCUMENTS, OUTBOX, TURNS, is_usage
from helpdesk.adapters.dynamodb.items import Fields, from_attributes
from helpdesk.adapters.dynamodb.usage_items import event_of
from helpdesk.domain_events import (
    ActionChanged,
    Change,
    DocumentChanged,
    TurnChanged,
    UsageRecorded,
)
from helpdesk.events import ActionWork


def change_of(record: Mapping[str, Any]) -> Change | None:
    """What a stream's record tells; None for a deletion and for items that nobody asks about."""
    images = record["dynamodb"]
    if "NewImage" not in images:
        return None
    keys = from_attributes(images["Keys"])
    if keys["sk"].startswith(DOCUMENTS):
        before, after = _images(images)
        return DocumentChanged(document_of(before) if before else None, document_of(after))
    if keys["sk"].startswith(TURNS):
        before, after = _images(images)
        return TurnChanged(turn_of(before) if before else None, turn_of(after))
    if keys["sk"].startswith(ACTIONS):
        before, after = _images(images)
        return ActionChanged(action_of(before) if before else None, action_of(after))
    if is_usage(keys["pk"]):
        return UsageRecorded(event_of(from_attributes(images["NewImage"])))
    return None


def _images(images: Mapping[str, Any]) -> tuple[Fields, Fields]:
    return from_attributes(images.get("OldImage", {})), from_attributes(images["NewImage"])


def action_works_of(records: Sequence[Mapping[str, Any]]) -> Sequence[ActionWork]:
    """The work that a stream's new outbox items ask for."""
    images = [record["dynamodb"].get("NewImage") for record in records]
    items = [from_attributes(image) for image in images if image]
    return [
        ActionWork(tenant=item["tenant"], action=item["action"])
        for item in items
        if item["sk"].startswith(OUTBOX)
    ]
