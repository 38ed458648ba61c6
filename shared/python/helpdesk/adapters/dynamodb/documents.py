"""Documents in DynamoDB: one item each, which the newest version overwrites step by step.

Every step names the version that it is about in its condition, so a late message about an old
version changes nothing. Deleting removes the item: each later step finds nothing to change.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from helpdesk.adapters.dynamodb.cursors import Listing
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.document_items import DONE, document_of
from helpdesk.adapters.dynamodb.document_versions import add_document
from helpdesk.adapters.dynamodb.item_keys import DOCUMENTS, ItemKey, document_key, external_key
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import PRESENT, Write, setting
from helpdesk.documents import PROCESSING_TIME, Document, DocumentStatus, Failure
from helpdesk.errors import NotFound
from helpdesk.ids import DocumentId, TenantId
from helpdesk.pages import Page

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_AWAITED, _PROCESSING = DocumentStatus.AWAITING_UPLOAD, DocumentStatus.PROCESSING
_READY, _FAILED = DocumentStatus.READY, DocumentStatus.FAILED


class DynamoDBDocuments:
    """The truth about documents. All reads are consistent."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table
        self._listing = Listing(self._database, table, DOCUMENTS, document_of)

    def add(self, document: Document) -> Document:
        """Writes a new document, or the next version of the one with the same ``external_id``."""
        return add_document(self._database, self._table, document)

    def get(self, tenant: TenantId, document: DocumentId) -> Document:
        """One document. Raises NotFound."""
        found = self._database.get(self._table, document_key(tenant, document))
        if found is None:
            raise NotFound("There is no such document.")
        return document_of(found)

    def get_many(
        self, tenant: TenantId, documents: Collection[DocumentId]
    ) -> Mapping[DocumentId, Document]:
        """Those of the documents that exist, in one round trip for up to 100."""
        keys = [document_key(tenant, document) for document in documents]
        found = map(document_of, self._database.get_many(self._table, keys))
        return {document.id: document for document in found}

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Document]:
        """A tenant's documents, newest first. Raises ValidationFailed for a foreign cursor."""
        return self._listing.page(tenant, limit, cursor)

    def start(
        self, tenant: TenantId, document: DocumentId, version: int, deadline: datetime
    ) -> Document | None:
        """Moves an awaited version to processing, or finds it there; None: nothing to do."""
        now = deadline - PROCESSING_TIME
        try:
            return self._step(
                document_key(tenant, document),
                "#version = :version AND #status = :awaited AND #deadline > :now",
                "SET #status = :processing, #deadline = :deadline, #updated_at = :now",
                version=version,
                awaited=_AWAITED,
                processing=_PROCESSING,
                deadline=deadline,
                now=now,
            )
        except Refused as refused:
            if not (obstacle := refused.obstacles[0]):
                return None
            found = document_of(obstacle)
        started = found.version == version and found.status is _PROCESSING
        return found if started and now < found.deadline else None

    def expect(
        self,
        tenant: TenantId,
        document: DocumentId,
        version: int,
        *,
        title: str,
        chunks: int,
        batches: int,
    ) -> None:
        """Says what a version is called and how much it has, while it is processed."""
        with suppress(Refused):
            self._step(
                document_key(tenant, document),
                "#version = :version AND #status = :processing",
                setting(["title", "chunks", "batches"]),
                version=version,
                processing=_PROCESSING,
                title=title,
                chunks=chunks,
                batches=batches,
            )

    def batch_done(
        self, tenant: TenantId, document: DocumentId, version: int, batch: int
    ) -> Document | None:
        """Marks one batch as indexed, once however often it is said."""
        try:
            return self._step(
                document_key(tenant, document),
                "#version = :version AND #status IN (:processing, :ready)",
                f"ADD #{DONE} :batch",
                version=version,
                processing=_PROCESSING,
                ready=_READY,
                batch={batch},
            )
        except Refused:
            return None

    def publish(self, tenant: TenantId, document: DocumentId, version: int, now: datetime) -> bool:
        """Makes a version the retrieved one, by one conditional write."""
        try:
            self._step(
                document_key(tenant, document),
                "#version = :version AND #status = :processing AND #deadline > :now",
                "SET #published_version = :version, #status = :ready, #updated_at = :now",
                version=version,
                processing=_PROCESSING,
                ready=_READY,
                now=now,
            )
        except Refused:
            return False
        return True

    def fail(self, tenant: TenantId, document: DocumentId, version: int, failure: Failure) -> None:
        """Ends a version as failed, unless it is already finished or superseded."""
        with suppress(Refused):
            self._step(
                document_key(tenant, document),
                "#version = :version AND #status IN (:awaited, :processing)",
                "SET #status = :failed, #failure = :failure",
                version=version,
                awaited=_AWAITED,
                processing=_PROCESSING,
                failed=_FAILED,
                failure=asdict(failure),
            )

    def delete(self, tenant: TenantId, document: DocumentId) -> None:
        """Deletes a document and frees its ``external_id``. Raises NotFound."""
        found = self.get(tenant, document)
        writes = [Write("Delete", self._table, document_key(tenant, document), PRESENT)]
        if found.external_id is not None:
            external = external_key(tenant, found.external_id)
            ours = "attribute_not_exists(#pk) OR #document = :document"
            values = {"document": document}
            writes.append(Write("Delete", self._table, external, ours, values=values))
        try:
            self._database.write_all(*writes)
        except Refused as refused:
            raise NotFound("There is no such document.") from refused

    def _step(self, key: ItemKey, condition: str, change: str, **values: Any) -> Document:
        write = Write("Update", self._table, key, condition, change, values)
        return document_of(self._database.write(write))
