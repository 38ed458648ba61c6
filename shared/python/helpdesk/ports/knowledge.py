"""What tenants upload, and how it is found again."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from helpdesk.documents import Document, Failure, Upload
from helpdesk.events import EmbeddingJob
from helpdesk.ids import DocumentId, TenantId
from helpdesk.pages import Page
from helpdesk.parsing import Block
from helpdesk.passages import Candidates, Passage, Vector


class Documents(Protocol):
    """The truth about documents: what is there, in which version, and which one is published."""

    def add(self, document: Document) -> Document:
        """Writes a new document, or the next version of the one with the same ``external_id``.

        Returns it with the id and version that hold.
        """

    def get(self, tenant: TenantId, document: DocumentId) -> Document:
        """One document. Raises NotFound."""

    def get_many(
        self, tenant: TenantId, documents: Collection[DocumentId]
    ) -> Mapping[DocumentId, Document]:
        """Those of the documents that exist, in one round trip for up to 100."""

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Document]:
        """A tenant's documents, newest first."""

    def start(
        self, tenant: TenantId, document: DocumentId, version: int, deadline: datetime
    ) -> Document | None:
        """Moves an awaited version to processing.

        None when there is nothing to do: deleted, superseded, expired or finished. A version that
        is already processing is returned again: a repeated message finishes what a crash left.
        """

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
        """Says what a version is called, and how many chunks and batches it has."""

    def batch_done(
        self, tenant: TenantId, document: DocumentId, version: int, batch: int
    ) -> Document | None:
        """Marks one batch as indexed, once however often it is said.

        None when the version was deleted, superseded or has failed.
        """

    def publish(self, tenant: TenantId, document: DocumentId, version: int, now: datetime) -> bool:
        """Makes a version the retrieved one, by one conditional write.

        False when it was deleted, superseded, failed, expired, or is published already.
        """

    def fail(self, tenant: TenantId, document: DocumentId, version: int, failure: Failure) -> None:
        """Ends a version as failed, unless it is already finished or superseded."""

    def delete(self, tenant: TenantId, document: DocumentId) -> None:
        """Deletes a document: from here on it is not retrieved. Raises NotFound."""


class Uploads(Protocol):
    """Where the tenants' bytes lie."""

    def ticket(self, document: Document, expires_at: datetime) -> Upload:
        """How the tenant sends the bytes of this version."""

    def size_bytes(self, tenant: TenantId, document: DocumentId, version: int) -> int:
        """How many bytes were sent. Raises NotFound."""

    def read(self, tenant: TenantId, document: DocumentId, version: int) -> bytes:
        """The bytes that were sent. Raises NotFound."""

    def delete(self, tenant: TenantId, document: DocumentId, versions: Collection[int]) -> None:
        """Deletes the bytes of these versions."""


class Parser(Protocol):
    """Reads one format."""

    def parse(self, content: bytes) -> Sequence[Block]:
        """The text of a file, in reading order. Raises DocumentUnreadable."""


class EmbeddingQueue(Protocol):
    """Work for the embedding function."""

    def send(self, jobs: Sequence[EmbeddingJob]) -> None:
        """Queues all jobs, in as few calls as the queue allows. Raises Unavailable."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def model(self) -> str:
        """The id of the model: vectors of two models are never compared."""

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector for each text, in their order. Raises Unavailable."""


class EmbeddingCache(Protocol):
    """Vectors by content hash: each text of a tenant is embedded once."""

    def get_many(
        self, tenant: TenantId, model: str, hashes: Collection[str]
    ) -> Mapping[str, Vector]:
        """The vectors that are there."""

    def put_many(self, tenant: TenantId, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors."""


class PassageIndex(Protocol):
    """Finds a tenant's passages by words and by meaning. It may lag; Documents is the truth."""

    def add(self, tenant: TenantId, model: str, passages: Sequence[tuple[Passage, Vector]]) -> None:
        """Indexes passages; doing it again changes nothing."""

    def search(
        self, tenant: TenantId, model: str, words: str, vector: Vector, limit: int
    ) -> Candidates:
        """The best passages by words and the best by meaning, up to ``limit`` of each.

        An empty vector asks for words alone. Raises Unavailable.
        """

    def keep_only(self, tenant: TenantId, document: DocumentId, version: int | None) -> None:
        """Removes the versions of a document before this one; with None the whole document.

        A newer one stays: its passages may already be on their way.
        """
