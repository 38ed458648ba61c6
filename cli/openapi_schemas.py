"""Schemas of an OpenAPI document as JSON Schema 2020-12, each with its references inlined."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

_MAX_DEPTH = 32
# They say how a schema is shown or sent, not what fits it.
_DROPPED = frozenset({"discriminator", "example", "externalDocs", "nullable", "xml"})
NAMED = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})
DATA = frozenset({"const", "default", "enum", "examples"})


class Inexpressible(Exception):
    """Something in the document can't be said as a tool; the message says what."""


def resolved(document: Json, value: Any) -> Json:
    """An object of the document, or the one that it refers to. Raises Inexpressible."""
    for _ in range(_MAX_DEPTH):
        if not isinstance(value, dict):
            raise Inexpressible("a part that should be an object is none")
        if "$ref" not in value:
            return value
        value = _target(document, value["$ref"])
    raise Inexpressible("its references go in a circle")


def inlined(document: Json, schema: Any, seen: tuple[str, ...] = ()) -> Any:
    """A schema without references. Raises Inexpressible for one that is recursive."""
    if not isinstance(schema, dict):
        return schema
    if len(seen) > _MAX_DEPTH:
        raise Inexpressible("its references go too deep")
    if "$ref" in schema:
        reference = schema["$ref"]
        if reference in seen:
            raise Inexpressible(f"its schema is recursive: {reference}")
        beside = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
        target = inlined(document, _target(document, reference), (*seen, reference))
        if not isinstance(target, dict):
            return target
        return target | inlined(document, beside, seen)
    return _modern(schema, dict(_keywords(document, schema, seen)))


def object_schema(document: Json, schema: Any) -> Json:
    """The schema of an object whose parts by ``allOf`` are one. Raises Inexpressible."""
    whole = _merged(inlined(document, schema))
    if whole.get("type", "object") != "object" or {"oneOf", "anyOf"} & whole.keys():
        raise Inexpressible("its body is no plain JSON object")
    properties = whole.get("properties", {})
    sent = {name: each for name, each in properties.items() if not _read_only(each)}
    required = [name for name in whole.get("required", []) if name in sent]
    return {**whole, "properties": sent, "required": required}


def _keywords(document: Json, schema: Json, seen: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        if keyword.startswith("x-") or keyword in _DROPPED:
            continue
        if keyword in DATA:
            yield keyword, value
        elif keyword in NAMED and isinstance(value, dict):
            yield keyword, {name: inlined(document, each, seen) for name, each in value.items()}
        elif isinstance(value, list):
            yield keyword, [inlined(document, each, seen) for each in value]
        else:
            yield keyword, inlined(document, value, seen)


def _modern(old: Json, schema: Json) -> Json:
    """What OpenAPI 3.0 says in its own way, as JSON Schema says it."""
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(bound), bool):
            exclusive = schema.pop(bound)
            if exclusive and limit in schema:
                schema[bound] = schema.pop(limit)
    if old.get("nullable") is True:
        if isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    return schema


def _merged(schema: Any) -> Json:
    if not isinstance(schema, dict):
        raise Inexpressible("its body has no schema")
    parts = schema.get("allOf", [])
    whole = {keyword: value for keyword, value in schema.items() if keyword != "allOf"}
    for keyword, kind in (("properties", dict), ("required", list), ("allOf", list)):
        if not isinstance(schema.get(keyword, kind()), kind):
            raise Inexpressible(f"the {keyword} of its body are malformed")
    for part in map(_merged, parts):
        properties = {**part.get("properties", {}), **whole.get("properties", {})}
        required = [*part.get("required", []), *whole.get("required", [])]
        whole = part | whole | {"properties": properties, "required": [*dict.fromkeys(required)]}
    return whole


def _read_only(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("readOnly") is True


def _target(document: Json, reference: Any) -> Any:
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise Inexpressible(f"it refers to something outside the document: {reference}")
    found: Any = document
    for part in reference[2:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or name not in found:
            raise Inexpressible(f"it refers to something that is not there: {reference}")
        found = found[name]
    return found
