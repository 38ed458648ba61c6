"""A document as an item: its batches that are done are a set, so that each counts once."""

from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.documents import Document

DONE = "done"

_DOCUMENT = TypeAdapter(Document)
_KEPT = ("tenant", "id", "external_id", "created_at", "published_version")


def fields_of(document: Document) -> dict[str, Any]:
    """The fields of a document's item."""
    fields: dict[str, Any] = _DOCUMENT.dump_python(document)
    if done := fields.pop("batches_done"):
        fields[DONE] = frozenset(range(done))
    return fields


def document_of(fields: Fields) -> Document:
    """The document that an item holds."""
    return _DOCUMENT.validate_python({**fields, "batches_done": len(fields.get(DONE, ()))})


def new_version_fields(document: Document, version: int) -> dict[str, Any]:
    """What a new version overwrites: all but what belongs to the document as a whole."""
    fields = fields_of(replace(document, version=version, batches_done=0))
    return {name: value for name, value in fields.items() if name not in _KEPT}
