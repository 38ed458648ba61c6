"""Documents as the API takes and shows them."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field

from helpdesk.documents import Document, DocumentStatus, Failure, Upload
from helpdesk.edge.answers import Answer, ListOut, ListQuery, Moment
from helpdesk.edge.requests import Request


class DocumentIn(Request):
    """A file that will be uploaded. The same ``external_id`` again means a new version."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "filename": "returns.md",
                    "content_type": "text/markdown",
                    "size_bytes": 2048,
                    "external_id": "help/returns",
                    "title": "Returns and refunds",
                    "url": "https://acme.example/help/returns",
                }
            ]
        }
    )
    filename: Annotated[str, Field(min_length=1, max_length=255)]
    content_type: Annotated[str, Field(min_length=1, max_length=255)]
    size_bytes: Annotated[int, Field(ge=1)]
    external_id: Annotated[str | None, Field(min_length=1, max_length=512)] = None
    title: Annotated[str | None, Field(min_length=1, max_length=500)] = None
    url: Annotated[str | None, Field(pattern=r"^https?://\S+$", max_length=2048)] = None


class DocumentsQuery(ListQuery):
    """Which documents."""

    status: DocumentStatus | None = None


class FailureOut(Answer):
    """Why a document can't be read."""

    code: str
    message: str

    @classmethod
    def of(cls, failure: Failure) -> "FailureOut":
        """A failure at the border."""
        return cls(code=failure.code, message=failure.message)


class DocumentOut(Answer):
    """A document and how far its newest version has come."""

    id: Annotated[str, Field(examples=["doc_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    filename: str
    content_type: str
    size_bytes: int
    title: str
    url: str | None
    external_id: str | None
    status: DocumentStatus
    version: int
    published_version: int | None
    progress: Annotated[float, Field(ge=0, le=1)]
    chunks: int
    error: FailureOut | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, document: Document) -> "DocumentOut":
        """A document at the border."""
        return cls(
            id=document.id,
            filename=document.filename,
            content_type=document.content_type,
            size_bytes=document.size_bytes,
            title=document.title,
            url=document.url,
            external_id=document.external_id,
            status=document.status,
            version=document.version,
            published_version=document.published_version,
            progress=document.progress,
            chunks=document.chunks,
            error=FailureOut.of(document.failure) if document.failure else None,
            created_at=document.created_at,
            updated_at=document.updated_at,
        )


class DocumentsOut(ListOut[DocumentOut]):
    """A page of documents, newest first."""


class UploadOut(Answer):
    """How to send the bytes: exactly this method, url and headers."""

    method: str
    url: str
    headers: Mapping[str, str]
    expires_at: Moment

    @classmethod
    def of(cls, upload: Upload) -> "UploadOut":
        """An upload at the border."""
        return cls(
            method=upload.method,
            url=upload.url,
            headers=upload.headers,
            expires_at=upload.expires_at,
        )


class CreatedDocumentOut(Answer):
    """A document, and where to send its bytes."""

    document: DocumentOut
    upload: UploadOut
