"""Export jobs in DynamoDB: an item each, replaced only while it is as its writer knows it."""

import hashlib
import zlib
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.billing_keys import EXPORTS, export_key
from helpdesk.adapters.dynamodb.cursors import Listing
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.billing.exports import Export, ExportFile, ExportId
from helpdesk.errors import Conflict, NotFound
from helpdesk.pages import Page

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_EXPORT = TypeAdapter(Export)
_FILES = TypeAdapter(tuple[ExportFile, ...])


class DynamoDBExports:
    """The jobs of all tenants, in one partition: there are some tens a day."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def add(self, export: Export) -> None:
        """Writes a new one. Raises Conflict."""
        write = Write("Put", self._table, export_key(export.id), ABSENT, fields=_fields(export))
        try:
            self._database.write(write)
        except Refused as refused:
            raise Conflict("This export is there already.") from refused

    def get(self, export: ExportId) -> Export:
        """One export. Raises NotFound."""
        if found := self._database.get(self._table, export_key(export)):
            return _export_of(found)
        raise NotFound("There is no such export.")

    def save(self, export: Export, before: Export) -> None:
        """Replaces one that is still as it was ``before``. Raises Conflict."""
        write = Write(
            "Put",
            self._table,
            export_key(export.id),
            "#state = :before",
            values={"before": _state_of(before)},
            fields=_fields(export),
        )
        try:
            self._database.write(write)
        except Refused as refused:
            raise Conflict("The export has moved on meanwhile.") from refused

    def page(self, limit: int, cursor: str | None) -> Page[Export]:
        """The exports, newest first. Raises ValidationFailed for a foreign cursor."""
        listing = Listing(self._database, self._table, "", _export_of)
        return listing.page_of(EXPORTS, limit, cursor)


def _fields(export: Export) -> Fields:
    # Packed, a file takes less than 60 bytes: an item has room for 6,500, with a billion lines.
    files = zlib.compress(_FILES.dump_json(export.files))
    fields: dict[str, Any] = _EXPORT.dump_python(export)
    return fields | {"files": files, "state": _state_of(export)}


def _export_of(fields: Fields) -> Export:
    files = _FILES.validate_json(zlib.decompress(fields["files"]))
    return _EXPORT.validate_python({**fields, "files": files})


def _state_of(export: Export) -> str:
    return hashlib.sha256(_EXPORT.dump_json(export)).hexdigest()
