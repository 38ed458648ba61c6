"""Documents: what a tenant uploads, its versions, and how far each has come."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePath

from helpdesk.errors import UnreadableCode
from helpdesk.ids import DocumentId, TenantId

UPLOAD_TIME = timedelta(minutes=15)
PROCESSING_TIME = timedelta(minutes=30)
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024

CONTENT_TYPES: dict[str, str] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/plain": "text",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
"""The content types that we read, and the format that each one means."""


class DocumentStatus(StrEnum):
    """Where the newest version of a document stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a version can't be read, in words for the tenant."""

    code: UnreadableCode
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document and its newest version.

    ``published_version`` is the one that retrieval may use: it stays the old one until the new one
    is wholly indexed. The present step began at ``updated_at``, and counts as failed from
    ``deadline`` on.
    """

    tenant: TenantId
    id: DocumentId
    filename: str
    content_type: str
    size_bytes: int
    title: str
    url: str | None
    external_id: str | None
    version: int
    status: DocumentStatus
    deadline: datetime
    created_at: datetime
    updated_at: datetime
    published_version: int | None = None
    chunks: int = 0
    batches: int = 0
    batches_done: int = 0
    failure: Failure | None = None

    def at(self, now: datetime) -> "Document":
        """The document as it stands now: a step whose deadline has passed has failed."""
        if now < self.deadline or self.status in (DocumentStatus.READY, DocumentStatus.FAILED):
            return self
        failure = (
            Failure("upload_expired", "The file was never sent. Create the document again.")
            if self.status is DocumentStatus.AWAITING_UPLOAD
            else Failure("processing_timeout", "Reading took too long. Upload the document again.")
        )
        return replace(self, status=DocumentStatus.FAILED, failure=failure)

    @property
    def progress(self) -> float:
        """How far the newest version has come, from 0 to 1."""
        match self.status:
            case DocumentStatus.READY:
                return 1.0
            case DocumentStatus.PROCESSING if self.batches:
                return round(0.1 + 0.9 * self.batches_done / self.batches, 3)
            case DocumentStatus.PROCESSING:
                return 0.05
            case _:
                return 0.0


def title_of_file(filename: str) -> str:
    """What a document is called while nothing better is known: its file's name, without ending."""
    return PurePath(filename).stem


@dataclass(frozen=True, slots=True)
class Upload:
    """Where and how the tenant sends the bytes: exactly this method, url and headers."""

    method: str
    url: str
    headers: dict[str, str]
    expires_at: datetime


def object_key(tenant: TenantId, document: DocumentId, version: int) -> str:
    """Where the bytes of a version lie in the uploads bucket."""
    return f"uploads/{tenant}/{document}/{version}"


def parse_object_key(key: str) -> tuple[TenantId, DocumentId, int]:
    """What :func:`object_key` wrote. Raises ValueError for any other key."""
    folder, tenant, document, version = key.split("/")
    if folder != "uploads":
        raise ValueError(f"{key!r} is not an upload")
    return TenantId(tenant), DocumentId(document), int(version)
