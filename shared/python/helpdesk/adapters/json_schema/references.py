"""References inside a schema: each leads to a place in it, none in a circle, and all of them
together not to more work than a call may cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from helpdesk.adapters.json_schema.sentences import field_error
from helpdesk.errors import FieldError

MAX_SUBSCHEMAS = 300
"""How many subschemas a schema may have once each reference is replaced by what it names."""

_MAX_DEPTH = 64
_NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_DATA = ("const", "enum", "default", "examples")
_UNSUPPORTED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$anchor")


def reference_flaws(schema: Mapping[str, Any], whole: str) -> Sequence[FieldError]:
    """What is wrong with the references of a schema that is otherwise a good one."""
    try:
        if _Walk(schema, whole).size(schema, whole) > MAX_SUBSCHEMAS:
            return [
                field_error([whole], f"It has over {MAX_SUBSCHEMAS} parts, with its references.")
            ]
    except _Flaw as flaw:
        return [field_error([flaw.field], flaw.message)]
    return []


class _Flaw(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(slots=True)
class _Walk:
    """Counts subschemas as if references were copies; the count of each place is kept."""

    root: Mapping[str, Any]
    whole: str
    known: dict[int, int] = field(default_factory=dict)
    open: set[int] = field(default_factory=set)

    def size(self, schema: Any, path: str) -> int:
        if not isinstance(schema, dict):
            return 1
        place = id(schema)
        if place in self.known:
            return self.known[place]
        if place in self.open:
            raise _Flaw(path, "This refers to itself: a schema must not be recursive.")
        if len(self.open) == _MAX_DEPTH:
            raise _Flaw(path, "References lead too deep here.")
        self.open.add(place)
        total = 1 + sum(self.size(inner, at) for at, inner in self._parts(schema, path))
        self.open.remove(place)
        self.known[place] = total
        return total

    def _parts(self, schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
        for unsupported in _UNSUPPORTED:
            if unsupported in schema:
                raise _Flaw(f"{path}.{unsupported}", "Refer by '#/$defs/…' instead.")
        if "$id" in schema and schema is not self.root:
            raise _Flaw(f"{path}.$id", "Only the whole schema may have an id.")
        if "$ref" in schema:
            yield f"{path}.$ref", self._target(schema["$ref"], f"{path}.$ref")
        for keyword, value in schema.items():
            at = f"{path}.{keyword}"
            if keyword in _NAMED and isinstance(value, dict):
                yield from ((f"{at}.{name}", inner) for name, inner in value.items())
            elif isinstance(value, dict) and keyword not in _DATA:
                yield at, value
            elif isinstance(value, list) and keyword not in _DATA:
                inner_ones = ((n, each) for n, each in enumerate(value) if isinstance(each, dict))
                yield from ((f"{at}.{number}", each) for number, each in inner_ones)

    def _target(self, reference: Any, path: str) -> Any:
        if not isinstance(reference, str) or (reference != "#" and reference[:2] != "#/"):
            raise _Flaw(path, "References stay within the schema: '#/$defs/…'.")
        found: Any = self.root
        for part in unquote(reference).split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            elif isinstance(found, dict) and name in found:
                found = found[name]
            else:
                raise _Flaw(path, "There is nothing at this place of the schema.")
        if not isinstance(found, dict | bool):
            raise _Flaw(path, "There is no schema at this place.")
        return found
