"""JSON Schema, draft 2020-12, by jsonschema-rs: nothing is fetched, and patterns take linear time.

A schema and the arguments both come from strangers, so both are bounded before they are used.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from helpdesk.adapters.json_schema.measures import deeper_than, has_more_than
from helpdesk.adapters.json_schema.references import reference_flaws
from helpdesk.adapters.json_schema.sentences import field_errors
from helpdesk.errors import FieldError
from helpdesk.tools import Arguments

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAX_SCHEMA_BYTES = 32 * 1024
MAX_SCHEMA_DEPTH = 16
MAX_ARGUMENTS_BYTES = 32 * 1024
MAX_ARGUMENTS_DEPTH = 32

_MAX_ERRORS = 20
# The library gathers all errors before it gives the first: 20 of a million would take a minute.
_MAX_VALUES_TOLD_IN_FULL = 100
# The engine without look-around and back-references: no pattern and no text makes it slow.
_PATTERNS = RegexOptions(size_limit=1024 * 1024)


class JSONArgumentSchema:
    """Says what is wrong with a tool's schema, and with arguments for it."""

    def flaws(self, schema: Mapping[str, Any]) -> Sequence[FieldError]:
        """What is wrong with a schema, by paths that begin with ``parameters``."""
        return list(islice(_flaws(dict(schema)), _MAX_ERRORS))

    def errors(self, schema: Mapping[str, Any], arguments: Arguments) -> Sequence[FieldError]:
        """What is wrong with arguments, by paths that begin with ``arguments``.

        The schema is one without flaws.
        """
        whole = "arguments"
        given = dict(arguments)
        if too_much := _too_much(whole, given, MAX_ARGUMENTS_BYTES, MAX_ARGUMENTS_DEPTH):
            return [too_much]
        validator = _validator(dict(schema))
        if has_more_than(_MAX_VALUES_TOLD_IN_FULL, given):
            return _first_error(whole, validator, given)
        return _told(whole, validator.iter_errors(given))


def _flaws(schema: dict[str, Any]) -> Iterator[FieldError]:
    whole = "parameters"
    if too_much := _too_much(whole, schema, MAX_SCHEMA_BYTES, MAX_SCHEMA_DEPTH):
        yield too_much
        return
    if schema.get("$schema", DIALECT) not in (DIALECT, f"{DIALECT}#"):
        yield FieldError(f"{whole}.$schema", f"Leave it out, or write {DIALECT}.")
        return
    if schema.get("type") != "object":
        yield FieldError(f"{whole}.type", 'This must be "object".')
    found = _told(whole, _metaschema().iter_errors(schema)) or reference_flaws(schema, whole)
    yield from found
    if not found:
        yield from _compiling_flaws(schema, whole)


def _compiling_flaws(schema: dict[str, Any], whole: str) -> Iterator[FieldError]:
    """What only shows when the schema is made ready for use: a pattern that is too large."""
    try:
        _validator(schema)
    except ValidationError as error:
        yield from field_errors(whole, error)


def _too_much(whole: str, value: Any, max_bytes: int, max_depth: int) -> FieldError | None:
    if deeper_than(max_depth, value):
        return FieldError(whole, f"This is nested more than {max_depth} levels deep.")
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size_bytes = len(text.encode())
    except ValueError:
        return FieldError(whole, "This holds a number or a character that JSON does not have.")
    if size_bytes > max_bytes:
        return FieldError(whole, f"This is larger than {max_bytes} bytes.")
    return None


def _told(whole: str, errors: Iterable[ValidationError]) -> Sequence[FieldError]:
    told = (each for error in errors for each in field_errors(whole, error))
    return list(dict.fromkeys(islice(told, _MAX_ERRORS)))


def _first_error(whole: str, validator: Draft202012Validator, given: Any) -> Sequence[FieldError]:
    try:
        validator.validate(given)
    except ValidationError as error:
        return _told(whole, [error])
    return []


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(
        schema, validate_formats=True, offline=True, pattern_options=_PATTERNS
    )


@cache
def _metaschema() -> Draft202012Validator:
    return _validator({"$ref": DIALECT})
