"""How deep and how large a JSON value is, found without recursion."""

from collections.abc import Iterator, Mapping
from typing import Any


def deeper_than(levels: int, value: Any) -> bool:
    """Whether lists and objects are nested deeper in a JSON value."""
    layer = [value]
    for _ in range(levels):
        layer = [inner for each in layer for inner in _inside(each) if _holds_values(inner)]
    return bool(layer)


def has_more_than(limit: int, value: Any) -> bool:
    """Whether a JSON value is made of more values."""
    waiting, count = [value], 0
    while waiting and count <= limit:
        count += 1
        waiting.extend(_inside(waiting.pop()))
    return count > limit


def _holds_values(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _inside(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value
