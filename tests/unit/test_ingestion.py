"""Ingestion: what was sent becomes jobs, or a reason that the tenant understands."""

from datetime import UTC, datetime

import pytest

from helpdesk.adapters.parsers import parser_of
from helpdesk.documents import CONTENT_TYPES, UPLOAD_TIME, Document, DocumentStatus
from helpdesk.errors import Unavailable
from helpdesk.ids import TenantId
from helpdesk.ingestion import PASSAGES_PER_JOB, Ingested, Ingestion
from helpdesk.knowledge import Knowledge, NewDocument
from tests.fakes.documents import MemoryDocuments
from tests.fakes.embedding_queue import MemoryEmbeddingQueue
from tests.fakes.passage_index import MemoryPassageIndex
from tests.fakes.uploads import MemoryUploads

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACME = TenantId("ten_acme")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"


class World:
    """An Ingestion over fakes, and what is around it."""

    def __init__(self) -> None:
        self.now = NOW
        self.documents = MemoryDocuments()
        self.uploads = MemoryUploads()
        self.queue = MemoryEmbeddingQueue()
        parsers = {content_type: parser_of(name) for content_type, name in CONTENT_TYPES.items()}
        clock = lambda: self.now  # noqa: E731
        self.knowledge = Knowledge(self.documents, self.uploads, MemoryPassageIndex(), clock)
        self.ingestion = Ingestion(self.documents, self.uploads, parsers, self.queue, clock)

    def sent(self, content: bytes, content_type: str = "text/plain", said: int | None = None):
        size_bytes = max(1, len(content)) if said is None else said
        new = NewDocument("a", content_type, size_bytes, external_id="a")
        document, upload = self.knowledge.create(ACME, new)
        self.uploads.send(upload, content)
        return document

    def ingest(self, document: Document) -> Ingested | None:
        return self.ingestion.ingest(ACME, document.id, document.version)


@pytest.fixture
def world() -> World:
    return World()


def test_an_upload_becomes_jobs(world: World):
    document = world.sent(b"<h1>Returns</h1><p>You have 30 days.</p>", "text/html")

    assert world.ingest(document) == Ingested(chunks=1)
    [job] = world.queue.jobs
    assert (job.tenant, job.document, job.version, job.batch) == (ACME, document.id, 1, 0)
    assert [(p.heading, p.text) for p in job.passages] == [("Returns", "You have 30 days.")]
    after = world.documents.get(ACME, document.id)
    assert (after.status, after.chunks, after.batches) == (DocumentStatus.PROCESSING, 1, 1)


def test_a_long_document_becomes_several_jobs_without_a_gap(world: World):
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 150 for n in range(3 * PASSAGES_PER_JOB))
    document = world.sent(text.encode())
    done = world.ingest(document)

    assert done is not None
    assert len(world.queue.jobs) == -(-done.chunks // PASSAGES_PER_JOB)
    positions = [each.position for job in world.queue.jobs for each in job.passages]
    assert positions == list(range(done.chunks))
    assert world.documents.get(ACME, document.id).batches == len(world.queue.jobs)


@pytest.mark.parametrize(
    ("content", "content_type", "said", "code"),
    [
        (b"longer than said", "text/plain", 3, "too_large"),
        (b"", "text/plain", 3, "empty_document"),
        (b" \n\t", "text/html", None, "empty_document"),
        (b"<html><body><script>1</script></body></html>", "text/html", None, "empty_document"),
        (b"%PDF-1.7 ...", "text/html", None, "unsupported_format"),
        (PNG, "text/plain", None, "unsupported_format"),
        (PNG, "application/pdf", None, "unsupported_format"),
        (b"<p>I am HTML</p>", DOCX, None, "unsupported_format"),
        (b"PK\x03\x04", "text/markdown", None, "unsupported_format"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), DOCX, None, "encrypted_document"),
        (OLE + b"an old Word file", DOCX, None, "unsupported_format"),
        (b"%PDF-1.7 and then nothing", "application/pdf", None, "malformed_document"),
        (b"PK\x03\x04 and then nothing", DOCX, None, "malformed_document"),
        (b"<div>" * 100_000, "text/html", None, "malformed_document"),
    ],
)
def test_what_cannot_be_read_fails_at_once_and_says_why(
    world: World, content: bytes, content_type: str, said: int | None, code: str
):
    document = world.sent(content, content_type, said)

    assert world.ingest(document) == Ingested(failure=code)  # type: ignore[arg-type]
    failed = world.documents.get(ACME, document.id)
    assert failed.status is DocumentStatus.FAILED
    assert failed.failure is not None
    assert failed.failure.code == code
    assert failed.failure.message
    assert world.queue.jobs == []


def test_a_repeated_message_repeats_the_same_jobs(world: World):
    document = world.sent(b"Text.")

    world.ingest(document)
    world.ingest(document)

    first, second = world.queue.jobs
    assert first == second


def test_messages_about_what_is_past_do_nothing(world: World):
    old = world.sent(b"Old.")
    new = world.sent(b"New.")
    assert world.ingest(old) is None
    world.documents.delete(ACME, new.id)
    assert world.ingest(new) is None
    late = world.sent(b"Late.")
    world.now += UPLOAD_TIME
    assert world.ingest(late) is None
    assert world.queue.jobs == []


def test_a_finished_version_is_not_read_again(world: World):
    document = world.sent(b"")
    world.ingest(document)

    assert world.ingest(document) is None
    ready = world.sent(b"Text.")
    world.ingest(ready)
    world.documents.publish(ACME, ready.id, ready.version, world.now)
    assert world.ingest(ready) is None


def test_a_message_without_bytes_does_nothing(world: World):
    document, _ = world.knowledge.create(ACME, NewDocument("a", "text/plain", 1))

    assert world.ingest(document) is None
    assert world.queue.jobs == []


def test_a_queue_that_is_down_leaves_the_document_to_the_next_try(world: World):
    document = world.sent(b"Text.")
    send = world.queue.send

    def down(_: object) -> None:
        raise Unavailable("The queue does not answer.")

    world.queue.send = down  # type: ignore[assignment, method-assign]
    with pytest.raises(Unavailable):
        world.ingest(document)
    assert world.documents.get(ACME, document.id).status is DocumentStatus.PROCESSING
    world.queue.send = send  # type: ignore[method-assign]
    assert world.ingest(document) == Ingested(chunks=1)


def test_a_document_without_a_title_is_called_by_the_heading_that_it_begins_with(world: World):
    document = world.sent(b"<h1>Returns policy</h1><h2>Deadline</h2><p>30 days.</p>", "text/html")
    assert document.title == "a"

    world.ingest(document)

    assert world.knowledge.get(ACME, document.id).title == "Returns policy"


def test_the_tenants_own_title_stays(world: World):
    content = b"# Returns policy\n\n30 days."
    new = NewDocument("a.md", "text/markdown", len(content), title="Sending things back")
    document, upload = world.knowledge.create(ACME, new)
    world.uploads.send(upload, content)

    world.ingest(document)

    assert world.knowledge.get(ACME, document.id).title == "Sending things back"
