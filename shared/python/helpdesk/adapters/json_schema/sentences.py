"""The library's errors in sentences that a caller understands, without the value that was sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError

from helpdesk.errors import FieldError

_MAX_FIELD_CHARS, _MAX_VALUE_CHARS, _MAX_OPTIONS = 100, 60, 10

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_SENTENCES = {
    "maximum": "This must be at most {}.",
    "minimum": "This must be at least {}.",
    "exclusiveMaximum": "This must be less than {}.",
    "exclusiveMinimum": "This must be more than {}.",
    "multipleOf": "This must be a multiple of {}.",
    "maxLength": "This must have at most {} characters.",
    "minLength": "This must have at least {} characters.",
    "maxItems": "This must have at most {} items.",
    "minItems": "This must have at least {} items.",
    "maxProperties": "This must have at most {} fields.",
    "minProperties": "This must have at least {} fields.",
    "uniqueItems": "This must not hold the same item twice.",
    "contains": "None of the items in here is of the kind that is needed.",
    "const": "This must be {}.",
    "pattern": "This does not have the form {}.",
    "anyOf": "This has none of the forms that are allowed here.",
    "oneOf": "This must have exactly one of the forms that are allowed here.",
    "not": "This has a form that is not allowed here.",
    "falseSchema": "This is not allowed here.",
    "propertyNames": "A field in here has a name that is not allowed.",
}


def field_errors(whole: str, error: ValidationError) -> Iterator[FieldError]:
    """One error of the library as ours, by dotted paths that begin with ``whole``."""
    path = [whole, *map(str, error.instance_path)]
    keyword, value = error.kind.name, error.kind.value
    match keyword:
        case "required":
            yield field_error([*path, str(value)], "This field is required.")
        case "additionalProperties" | "unevaluatedProperties":
            for name in value:
                yield field_error([*path, str(name)], "This field is not known.")
        case _:
            yield field_error(path, _sentence(keyword, value))


def field_error(path: Sequence[str], message: str) -> FieldError:
    """What is wrong at a path, which its sender made and which is therefore cut."""
    return FieldError(".".join(path)[:_MAX_FIELD_CHARS], message)


def _sentence(keyword: str, value: Any) -> str:
    match keyword:
        case "type":
            kinds = value if isinstance(value, list) else [value]
            return f"This must be {' or '.join(_TYPES[kind] for kind in kinds)}."
        case "enum":
            return _one_of(value)
        case "format" if value == "regex":
            return "This is no regular expression, or one with look-around or back-references."
        case "format":
            return f"This must be in the format {_shown(value)}."
    return _SENTENCES.get(keyword, "This does not fit the tool's schema.").format(_shown(value))


def _one_of(options: Sequence[Any] | Mapping[str, Any]) -> str:
    shown = ", ".join(_shown(option) for option in list(options)[:_MAX_OPTIONS])
    more = ", …" if len(options) > _MAX_OPTIONS else ""
    return f"This must be one of {shown}{more}."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_VALUE_CHARS else f"{text[:_MAX_VALUE_CHARS]}…"
