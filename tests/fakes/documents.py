"""The truth about documents, in memory."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from helpdesk.documents import PROCESSING_TIME, Document, DocumentStatus, Failure
from helpdesk.errors import NotFound
from helpdesk.ids import DocumentId, TenantId
from helpdesk.pages import Page
from tests.fakes.pages import newest_first

_AWAITED, _PROCESSING = DocumentStatus.AWAITING_UPLOAD, DocumentStatus.PROCESSING
_READY, _FAILED = DocumentStatus.READY, DocumentStatus.FAILED


class MemoryDocuments:
    """Documents in a dict and their batches in sets, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._documents: dict[tuple[TenantId, DocumentId], Document] = {}
        self._done: dict[tuple[TenantId, DocumentId], set[int]] = {}

    def add(self, document: Document) -> Document:
        """Writes a new document, or the next version of the one with the same ``external_id``."""
        with self._lock:
            current = self._with_external_id(document)
            if current is None:
                return self._documents.setdefault((document.tenant, document.id), document)
            next_version = replace(
                document,
                id=current.id,
                version=current.version + 1,
                created_at=current.created_at,
                published_version=current.published_version,
            )
            self._done.pop((document.tenant, current.id), None)
            return self._write(next_version)

    def get(self, tenant: TenantId, document: DocumentId) -> Document:
        """One document. Raises NotFound."""
        if found := self._documents.get((tenant, document)):
            return found
        raise NotFound("There is no such document.")

    def get_many(
        self, tenant: TenantId, documents: Collection[DocumentId]
    ) -> Mapping[DocumentId, Document]:
        """Those of the documents that exist."""
        found = (self._documents.get((tenant, document)) for document in documents)
        return {document.id: document for document in found if document}

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Document]:
        """A tenant's documents, newest first. Raises ValidationFailed."""
        with self._lock:
            own = [each for each in self._documents.values() if each.tenant == tenant]
        return newest_first(own, lambda document: document.id, limit, cursor)

    def start(
        self, tenant: TenantId, document: DocumentId, version: int, deadline: datetime
    ) -> Document | None:
        """Moves an awaited version to processing, or finds it there; None: nothing to do."""
        now = deadline - PROCESSING_TIME
        with self._lock:
            found = self._at(tenant, document, version, _AWAITED, _PROCESSING)
            if found is None or found.deadline <= now:
                return None
            if found.status is _PROCESSING:
                return found
            return self._write(
                replace(found, status=_PROCESSING, deadline=deadline, updated_at=now)
            )

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
        with self._lock:
            if found := self._at(tenant, document, version, _PROCESSING):
                self._write(replace(found, title=title, chunks=chunks, batches=batches))

    def batch_done(
        self, tenant: TenantId, document: DocumentId, version: int, batch: int
    ) -> Document | None:
        """Marks one batch as indexed, once however often it is said."""
        with self._lock:
            found = self._at(tenant, document, version, _PROCESSING, _READY)
            if found is None:
                return None
            done = self._done.setdefault((tenant, document), set())
            done.add(batch)
            return self._write(replace(found, batches_done=len(done)))

    def publish(self, tenant: TenantId, document: DocumentId, version: int, now: datetime) -> bool:
        """Makes a version the retrieved one."""
        with self._lock:
            found = self._at(tenant, document, version, _PROCESSING)
            if found is None or found.deadline <= now:
                return False
            self._write(replace(found, status=_READY, published_version=version, updated_at=now))
        return True

    def fail(self, tenant: TenantId, document: DocumentId, version: int, failure: Failure) -> None:
        """Ends a version as failed, unless it is already finished or superseded."""
        with self._lock:
            if found := self._at(tenant, document, version, _AWAITED, _PROCESSING):
                self._write(replace(found, status=_FAILED, failure=failure))

    def delete(self, tenant: TenantId, document: DocumentId) -> None:
        """Deletes a document and frees its ``external_id``. Raises NotFound."""
        with self._lock:
            if self._documents.pop((tenant, document), None) is None:
                raise NotFound("There is no such document.")
            self._done.pop((tenant, document), None)

    def _at(
        self, tenant: TenantId, document: DocumentId, version: int, *statuses: DocumentStatus
    ) -> Document | None:
        found = self._documents.get((tenant, document))
        if found and found.version == version and found.status in statuses:
            return found
        return None

    def _with_external_id(self, document: Document) -> Document | None:
        if document.external_id is None:
            return None
        asked = document.tenant, document.external_id
        found = (d for d in self._documents.values() if (d.tenant, d.external_id) == asked)
        return next(found, None)

    def _write(self, document: Document) -> Document:
        self._documents[document.tenant, document.id] = document
        return document
