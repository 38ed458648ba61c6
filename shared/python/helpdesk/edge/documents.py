"""Documents: what a tenant uploads, how far each has come, and deleting them."""

from helpdesk.edge.document_models import (
    CreatedDocumentOut,
    DocumentIn,
    DocumentOut,
    DocumentsOut,
    DocumentsQuery,
    UploadOut,
)
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.errors import PayloadTooLarge, UnsupportedMediaType
from helpdesk.ids import DocumentId
from helpdesk.knowledge import NewDocument
from helpdesk.pages import filtered


def create(services: Services, call: Call) -> CreatedDocumentOut:
    """Announces a file, and says where to send it."""
    body: DocumentIn = call.body
    document, upload = services.knowledge().create(call.tenant, NewDocument(**dict(body)))
    return CreatedDocumentOut(document=DocumentOut.of(document), upload=UploadOut.of(upload))


def read(services: Services, call: Call) -> DocumentOut:
    """One document."""
    document = _id(call)
    return DocumentOut.of(services.knowledge().get(call.tenant, document))


def list_documents(services: Services, call: Call) -> DocumentsOut:
    """The documents that match."""
    query: DocumentsQuery = call.query
    tenant, knowledge = call.tenant, services.knowledge()
    page = filtered(
        lambda limit, cursor: knowledge.page(tenant, limit, cursor),
        lambda document: query.status in (None, document.status),
        query.limit,
        query.cursor,
    )
    out = [DocumentOut.of(each) for each in page.items]
    return DocumentsOut(items=out, next_cursor=page.next_cursor)


def delete(services: Services, call: Call) -> None:
    """Deletes a document."""
    document = _id(call)
    services.knowledge().delete(call.tenant, document)


def _id(call: Call) -> DocumentId:
    return DocumentId(call.id("document_id", "doc"))


OPERATIONS = (
    Operation(
        "POST",
        "/v1/documents",
        "createDocument",
        "Announce a file; then send its bytes as the answer's upload says.",
        "Documents",
        create,
        body=DocumentIn,
        status=201,
        answer=CreatedDocumentOut,
        idempotent=True,
        refusals=(PayloadTooLarge, UnsupportedMediaType),
    ),
    Operation(
        "GET",
        "/v1/documents",
        "listDocuments",
        "The documents, newest first.",
        "Documents",
        list_documents,
        query=DocumentsQuery,
        answer=DocumentsOut,
    ),
    Operation(
        "GET",
        "/v1/documents/{document_id}",
        "getDocument",
        "A document: its status, progress, and why it failed if it did.",
        "Documents",
        read,
        answer=DocumentOut,
    ),
    Operation(
        "DELETE",
        "/v1/documents/{document_id}",
        "deleteDocument",
        "Delete a document: from here on nothing of it is retrieved.",
        "Documents",
        delete,
        status=204,
    ),
)
