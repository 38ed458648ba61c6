"""Deliveries and their lanes as items."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.item_keys import ItemKey, lane_key, lane_shard, waiting_key
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.writes import Write, setting
from helpdesk.clock import rfc3339
from helpdesk.events import DomainEvent
from helpdesk.webhooks import Delivery, DueLane, Lane

_DELIVERY = TypeAdapter(Delivery)
_DUE_LANE = TypeAdapter(DueLane)


def delivery_fields(delivery: Delivery) -> dict[str, Any]:
    """The fields of a delivery. The event is a text: its data may hold any JSON, floats included.

    ``expires_at`` (Unix seconds) ends the item.
    """
    fields: dict[str, Any] = _DELIVERY.dump_python(delivery)
    event = delivery.event.model_dump_json()
    return fields | {"event": event, "expires_at": int(delivery.expires_at.timestamp())}


def delivery_of(fields: Fields) -> Delivery:
    """The delivery that an item holds."""
    event = DomainEvent.model_validate_json(fields["event"])
    return _DELIVERY.validate_python({**fields, "event": event})


def place_of(delivery: Delivery) -> ItemKey:
    """Where a delivery waits: behind what happened before, and of one moment what came before."""
    moments = rfc3339(delivery.event.occurred_at), rfc3339(delivery.arrived_at)
    return waiting_key(delivery.lane, "#".join((*moments, delivery.event.id)))


def lane_write(table: str, lane: Lane, due_at: datetime, *, entered: bool = False) -> Write:
    """Notes when a lane is to be looked at.

    A delivery that has ``entered`` does not hurry the lane, and is counted: a lane is closed only
    when none has entered meanwhile.
    """
    values: dict[str, Any] = {
        "lane_shard": lane_shard(lane),
        "tenant": lane.tenant,
        "webhook": lane.webhook,
        "name": lane.name,
    }
    due = "if_not_exists(#due_at, :due_at)" if entered else ":due_at"
    change = f"{setting(values)}, #due_at = {due} ADD #entered :more"
    values |= {"due_at": due_at, "more": int(entered)}
    return Write("Update", table, lane_key(lane), change=change, values=values)


def due_lane_of(fields: Fields) -> DueLane:
    """The lane that an item of the index is about."""
    lane = Lane(fields["tenant"], fields["webhook"], fields["name"])
    return _DUE_LANE.validate_python({"lane": lane, "due_at": fields["due_at"]})
