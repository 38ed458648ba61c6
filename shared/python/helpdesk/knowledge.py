"""Knowledge: a tenant's documents as the tenant handles them."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.clock import Clock
from helpdesk.documents import (
    CONTENT_TYPES,
    MAX_DOCUMENT_BYTES,
    UPLOAD_TIME,
    Document,
    DocumentStatus,
    Upload,
    title_of_file,
)
from helpdesk.errors import PayloadTooLarge, Unavailable, UnsupportedMediaType
from helpdesk.ids import DocumentId, TenantId, new_id
from helpdesk.pages import Page
from helpdesk.ports import Documents, PassageIndex, Uploads


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that a tenant announces; the same ``external_id`` again is a new version."""

    filename: str
    content_type: str
    size_bytes: int
    external_id: str | None = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Announces, shows and deletes documents."""

    documents: Documents
    uploads: Uploads
    passage_index: PassageIndex
    now: Clock

    def create(self, tenant: TenantId, new: NewDocument) -> tuple[Document, Upload]:
        """Announces a document or its next version, and says where to send the bytes.

        Raises UnsupportedMediaType and PayloadTooLarge.
        """
        document = self.documents.add(_awaited(tenant, new, self.now()))
        self._drop_bytes(document, range(1, document.version))
        return document, self.uploads.ticket(document, document.deadline)

    def get(self, tenant: TenantId, document: DocumentId) -> Document:
        """One document as it stands now. Raises NotFound."""
        return self.documents.get(tenant, document).at(self.now())

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Document]:
        """A tenant's documents as they stand now, newest first."""
        page, now = self.documents.page(tenant, limit, cursor), self.now()
        return replace(page, items=[document.at(now) for document in page.items])

    def delete(self, tenant: TenantId, document: DocumentId) -> None:
        """Deletes a document: when this returns, nothing of it is retrieved. Raises NotFound."""
        found = self.documents.get(tenant, document)
        self.documents.delete(tenant, document)
        # Retrieval trusts Documents alone, so what stays behind here is never shown.
        with suppress(Unavailable):
            self.passage_index.keep_only(tenant, document, None)
        self._drop_bytes(found, range(1, found.version + 1))

    def _drop_bytes(self, document: Document, versions: range) -> None:
        if versions:
            with suppress(Unavailable):
                self.uploads.delete(document.tenant, document.id, versions)


def _awaited(tenant: TenantId, new: NewDocument, now: datetime) -> Document:
    content_type = new.content_type.partition(";")[0].strip().lower()
    if content_type not in CONTENT_TYPES:
        raise UnsupportedMediaType("HTML, Markdown, plain text, PDF and DOCX are read.")
    if new.size_bytes > MAX_DOCUMENT_BYTES:
        raise PayloadTooLarge(f"A document may have up to {MAX_DOCUMENT_BYTES} bytes.")
    return Document(
        tenant=tenant,
        id=DocumentId(new_id("doc", now)),
        filename=new.filename,
        content_type=content_type,
        size_bytes=new.size_bytes,
        title=new.title or title_of_file(new.filename),
        url=new.url,
        external_id=new.external_id,
        version=1,
        status=DocumentStatus.AWAITING_UPLOAD,
        deadline=now + UPLOAD_TIME,
        created_at=now,
        updated_at=now,
    )
