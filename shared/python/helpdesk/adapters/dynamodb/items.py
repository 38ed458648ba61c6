"""Plain values as DynamoDB's attributes, and back; no float, for none comes back exactly."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from helpdesk.clock import rfc3339

Fields = Mapping[str, Any]
"""The attributes of an item, as plain values."""


def to_attributes(fields: Fields) -> dict[str, Any]:
    """Fields as an item. Raises TypeError for a value that could not be read back exactly."""
    return {name: _attribute(value) for name, value in fields.items()}


def from_attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item's fields; moments stay texts, which their type reads back."""
    return {name: _value(attribute) for name, attribute in item.items()}


def _attribute(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one line for each type
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": str(value)}
        case bytes():
            return {"B": value}
        case datetime():
            return {"S": rfc3339(value)}
        case AbstractSet():
            return {"NS": sorted(map(str, value))}
        case Mapping():
            return {"M": to_attributes(value)}
        case Sequence():
            return {"L": [_attribute(each) for each in value]}
        case _:
            raise TypeError(f"{type(value).__name__} is not kept in a table")


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return int(value)
        case "NS":
            return frozenset(map(int, value))
        case "M":
            return from_attributes(value)
        case "L":
            return [_value(each) for each in value]
        case _:
            return value
