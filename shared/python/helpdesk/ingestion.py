"""Ingestion: an uploaded file is checked, read, cut into passages and queued for embedding."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from helpdesk.chunking import BETWEEN_HEADINGS, passages
from helpdesk.clock import Clock
from helpdesk.content_kind import check_kind
from helpdesk.documents import CONTENT_TYPES, PROCESSING_TIME, Document, Failure, title_of_file
from helpdesk.errors import DocumentUnreadable, NotFound, UnreadableCode
from helpdesk.events import EmbeddingJob, JobPassage
from helpdesk.ids import DocumentId, TenantId
from helpdesk.ports import Documents, EmbeddingQueue, Parser, Uploads

PASSAGES_PER_JOB = 64
MAX_PASSAGES = 20_000


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of an upload: how many passages it has, or why it can't be read."""

    chunks: int = 0
    failure: UnreadableCode | None = None


@dataclass(frozen=True, slots=True)
class Ingestion:
    """Makes embedding jobs of uploads.

    A repeated message repeats the same jobs, and each later step recognises them; a message about
    a version that is superseded, deleted or finished does nothing.
    """

    documents: Documents
    uploads: Uploads
    parsers: Mapping[str, Parser]
    queue: EmbeddingQueue
    now: Clock

    def ingest(self, tenant: TenantId, document: DocumentId, version: int) -> Ingested | None:
        """Takes in one uploaded version; None when there is nothing to do.

        What can't be read ends as failed at once. Raises Unavailable: the message is to come again.
        """
        deadline = self.now() + PROCESSING_TIME
        started = self.documents.start(tenant, document, version, deadline)
        if started is None:
            return None
        try:
            found = self._read(started)
        except NotFound:
            return None  # deleted a moment ago
        except DocumentUnreadable as unreadable:
            failure = Failure(unreadable.code, unreadable.message)
            self.documents.fail(tenant, document, version, failure)
            return Ingested(failure=failure.code)
        jobs = list(_jobs(started, found))
        self.documents.expect(
            tenant,
            document,
            version,
            title=_title(started, found),
            chunks=len(found),
            batches=len(jobs),
        )
        self.queue.send(jobs)
        return Ingested(chunks=len(found))

    def _read(self, document: Document) -> Sequence[JobPassage]:
        size_bytes = self.uploads.size_bytes(document.tenant, document.id, document.version)
        if size_bytes > document.size_bytes:
            raise DocumentUnreadable(
                "too_large",
                f"The file has {size_bytes} bytes, but {document.size_bytes} were announced.",
            )
        content = self.uploads.read(document.tenant, document.id, document.version)
        check_kind(content, CONTENT_TYPES[document.content_type])
        found = passages(self.parsers[document.content_type].parse(content))
        if not found:
            raise DocumentUnreadable("empty_document", "There is no text in the file.")
        if len(found) > MAX_PASSAGES:
            raise DocumentUnreadable(
                "too_large", "The file holds too much text. Split it into several documents."
            )
        return found


def _title(document: Document, found: Sequence[JobPassage]) -> str:
    """The tenant's own title; where it gave none, the heading that the document begins with."""
    if document.title != title_of_file(document.filename):
        return document.title
    return (found[0].heading or document.title).partition(BETWEEN_HEADINGS)[0]


def _jobs(document: Document, found: Sequence[JobPassage]) -> Iterator[EmbeddingJob]:
    for batch, begin in enumerate(range(0, len(found), PASSAGES_PER_JOB)):
        yield EmbeddingJob(
            tenant=document.tenant,
            document=document.id,
            version=document.version,
            batch=batch,
            passages=tuple(found[begin : begin + PASSAGES_PER_JOB]),
        )
