"""How a document comes in: as a new one, or as the next version of one that is there."""

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.document_items import (
    DONE,
    document_of,
    fields_of,
    new_version_fields,
)
from helpdesk.adapters.dynamodb.item_keys import document_key, external_key
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write, setting
from helpdesk.documents import Document
from helpdesk.errors import Unavailable
from helpdesk.ids import DocumentId

_RACES = 20


def add_document(database: Database, table: str, document: Document) -> Document:
    """Writes a new document, or the next version of the one with the same ``external_id``.

    Whoever loses a race against another upload or a deletion looks again. Raises Unavailable.
    """
    for _ in range(_RACES):
        owner = _owner(database, table, document)
        added = (
            _add_new(database, table, document)
            if owner is None
            else _add_version(database, table, document, owner)
        )
        if added:
            return added
    raise Unavailable("This document is being replaced by others. Try again.")


def _owner(database: Database, table: str, document: Document) -> DocumentId | None:
    if document.external_id is None:
        return None
    found = database.get(table, external_key(document.tenant, document.external_id))
    return DocumentId(found["document"]) if found else None


def _add_new(database: Database, table: str, document: Document) -> Document | None:
    key = document_key(document.tenant, document.id)
    writes = [Write("Put", table, key, ABSENT, fields=fields_of(document))]
    if document.external_id is not None:
        external = external_key(document.tenant, document.external_id)
        fields = {"document": document.id, "external_id": document.external_id}
        writes.append(Write("Put", table, external, ABSENT, fields=fields))
    try:
        database.write_all(*writes)
    except Refused as refused:
        # The id is new, so an item under it is the repetition of a call that had worked.
        obstacle = refused.obstacles[0]
        return document_of(obstacle) if obstacle else None
    return document


def _add_version(
    database: Database, table: str, document: Document, owner: DocumentId
) -> Document | None:
    key = document_key(document.tenant, owner)
    current = database.get(table, key)
    if current is None:
        return None
    previous = current["version"]
    fields = new_version_fields(document, previous + 1)
    change = f"{setting(fields)} REMOVE #{DONE}"
    values = fields | {"previous": previous}
    try:
        return document_of(
            database.write(Write("Update", table, key, "#version = :previous", change, values))
        )
    except Refused:
        return None
