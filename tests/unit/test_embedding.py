"""Embedding: once for each text, whole versions only, and safe to repeat."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.documents import PROCESSING_TIME, Document, DocumentStatus, Failure
from helpdesk.embedding import Embedding
from helpdesk.errors import Unavailable
from helpdesk.events import EmbeddingJob, JobPassage
from helpdesk.ids import DocumentId, TenantId
from helpdesk.text_vectors import TEXTS_PER_CALL, TextVectors
from helpdesk.usage import SHARDS, UsageEvent
from tests.fakes.documents import MemoryDocuments
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.embedding_cache import MemoryEmbeddingCache
from tests.fakes.ledger import MemoryLedger
from tests.fakes.passage_index import MemoryPassageIndex
from tests.fakes.tariffs import flat_tariffs, one_price

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACME, OTHER = TenantId("ten_acme"), TenantId("ten_other")
DOC = DocumentId("doc_returns")
TARIFFS = flat_tariffs(one_price(1_000_000, 0))


class World:
    """An Embedding over fakes, and what is around it."""

    def __init__(self) -> None:
        self.now = NOW
        self.documents = MemoryDocuments()
        self.cache = MemoryEmbeddingCache()
        self.embedder = HashingEmbedder()
        self.index = MemoryPassageIndex()
        self.ledger = MemoryLedger()
        vectors = TextVectors(self.cache, self.embedder, self.ledger, TARIFFS, lambda: self.now)
        self.took: list[tuple[int, timedelta]] = []
        self.embedding = Embedding(
            self.documents,
            vectors,
            self.index,
            lambda: self.now,
            lambda document, took: self.took.append((document.version, took)),
        )

    def expect(self, *batches: list[str], tenant: TenantId = ACME, document: DocumentId = DOC):
        """A version in the state in which ingestion leaves it, and its jobs."""
        added = self.documents.add(awaited(tenant, document))
        self.documents.start(tenant, added.id, added.version, self.now + PROCESSING_TIME)
        chunks = sum(map(len, batches))
        self.documents.expect(
            tenant,
            added.id,
            added.version,
            title=added.title,
            chunks=chunks,
            batches=len(batches),
        )
        return [
            EmbeddingJob(
                tenant=tenant,
                document=added.id,
                version=added.version,
                batch=batch,
                passages=tuple(
                    JobPassage(position=100 * batch + at, text=text)
                    for at, text in enumerate(texts)
                ),
            )
            for batch, texts in enumerate(batches)
        ]

    def found(self, words: str, tenant: TenantId = ACME) -> list[str]:
        candidates = self.index.search(tenant, self.embedder.model, words, (), 10)
        return [candidate.passage.text for candidate in candidates.lexical]

    def embedded(self) -> list[str]:
        return [text for call in self.embedder.calls for text in call]

    def billed(self, tenant: TenantId = ACME) -> int:
        return sum(line.quantity for event in self.bills(tenant) for line in event.lines)

    def bills(self, tenant: TenantId = ACME) -> list[UsageEvent]:
        pages = (self.ledger.pages(tenant, "2026-11", shard) for shard in range(SHARDS))
        return [event for shard in pages for page in shard for event in page]

    def status(self, tenant: TenantId = ACME) -> DocumentStatus:
        return self.documents.get(tenant, DOC).status


def awaited(tenant: TenantId, document: DocumentId) -> Document:
    return Document(
        tenant=tenant,
        id=document,
        filename="a.txt",
        content_type="text/plain",
        size_bytes=1,
        title="A",
        url=None,
        external_id=document,
        version=1,
        status=DocumentStatus.AWAITING_UPLOAD,
        deadline=NOW + timedelta(minutes=15),
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.fixture
def world() -> World:
    return World()


def test_a_version_is_published_with_its_last_batch(world: World):
    first, second = world.expect(["returns take a month"], ["refunds go to the card"])

    assert world.embedding.embed([second]) == []
    assert world.status() is DocumentStatus.PROCESSING
    assert world.embedding.embed([first]) == []
    assert world.status() is DocumentStatus.READY
    assert world.documents.get(ACME, DOC).published_version == 1
    assert world.found("refunds") == ["refunds go to the card"]


def test_it_says_once_how_long_a_version_took(world: World):
    first, second = world.expect(["returns take a month"], ["refunds go to the card"])
    world.embedding.embed([first])
    world.now += timedelta(seconds=40)

    world.embedding.embed([second])
    world.embedding.embed([first, second])

    assert world.took == [(1, timedelta(seconds=40))]


def test_jobs_that_come_together_fill_the_models_batches(world: World):
    jobs = world.expect(*([f"text {n} {batch}" for n in range(16)] for batch in range(5)))

    assert world.embedding.embed(jobs) == []
    assert [len(call) for call in world.embedder.calls] == [TEXTS_PER_CALL, 80 - TEXTS_PER_CALL]
    lengths = [len(text) for text in world.embedded()]
    assert lengths == sorted(lengths)


def test_a_text_is_embedded_and_billed_once(world: World):
    first, second = world.expect(["same text", "same text"], ["same text", "other"])

    world.embedding.embed([first])
    world.embedding.embed([second])
    world.embedding.embed([first, second])

    assert sorted(world.embedded()) == ["other", "same text"]
    assert world.billed() == 3 + 2  # a quarter of the characters, rounded up
    [event, _] = world.bills()
    assert event.estimated
    assert event.price_version == "v1"


def test_tenants_share_nothing(world: World):
    jobs = world.expect(["same text"]) + world.expect(["same text"], tenant=OTHER)

    assert world.embedding.embed(jobs) == []
    assert world.embedded() == ["same text", "same text"]
    assert world.billed(ACME) == world.billed(OTHER) == 3
    assert world.status(OTHER) is DocumentStatus.READY


def test_a_job_comes_again_while_the_model_is_down(world: World):
    [job] = world.expect(["returns"])
    world.embedder.down = True

    assert world.embedding.embed([job]) == [job]
    assert world.billed() == 0
    world.embedder.down = False
    assert world.embedding.embed([job]) == []
    assert world.status() is DocumentStatus.READY


def test_a_model_that_fails_midway_holds_up_only_the_jobs_it_left_short(world: World):
    short = [f"s{n}" for n in range(TEXTS_PER_CALL - 1)]
    quick, slow = world.expect(short, ["in time", "a text that is longer than the others"])
    embed = world.embedder.embed

    def once(texts):
        vectors = embed(texts)
        world.embedder.down = True
        return vectors

    world.embedder.embed = once  # type: ignore[method-assign]

    assert world.embedding.embed([quick, slow]) == [slow]
    assert world.documents.get(ACME, DOC).batches_done == 1
    assert world.billed() == len(short)
    world.embedder.down = False
    assert world.embedding.embed([slow]) == []
    assert world.billed() == len(short) + 2 + 10


def test_after_a_crash_between_billing_and_caching_the_bill_stays(world: World):
    [job] = world.expect(["returns take a month"])

    def crash(*_: object) -> None:
        raise Unavailable("The database is busy.")

    put_many, world.cache.put_many = world.cache.put_many, crash  # type: ignore[assignment, method-assign]
    assert world.embedding.embed([job]) == [job]
    billed = world.billed()
    assert billed > 0
    world.cache.put_many = put_many  # type: ignore[method-assign]
    assert world.embedding.embed([job]) == []
    assert world.billed() == billed


def test_a_job_of_a_deleted_document_is_dropped_and_leaves_nothing(world: World):
    [job, other] = world.expect(["secret"], ["more"])
    world.embedding.embed([job])
    world.documents.delete(ACME, DOC)

    assert world.embedding.embed([other]) == []
    assert world.found("secret more") == []
    assert world.embedded() == ["secret"]


def test_a_document_deleted_while_it_is_embedded_leaves_nothing(world: World):
    [job] = world.expect(["secret"])
    embed = world.embedder.embed

    def and_delete(texts):
        world.documents.delete(ACME, DOC)
        return embed(texts)

    world.embedder.embed = and_delete  # type: ignore[method-assign]

    assert world.embedding.embed([job]) == []
    assert world.found("secret") == []


def test_a_superseded_version_is_dropped(world: World):
    [old] = world.expect(["old text"])
    [new] = world.expect(["new text"])

    assert world.embedding.embed([old, new]) == []
    assert world.embedded() == ["new text"]
    assert world.documents.get(ACME, DOC).published_version == 2


def test_the_old_version_leaves_the_index_when_the_new_one_is_published(world: World):
    world.embedding.embed(world.expect(["old text"]))
    first, second = world.expect(["new text"], ["newer text"])

    world.embedding.embed([first])
    assert sorted(world.found("text")) == ["new text", "old text"]
    assert world.documents.get(ACME, DOC).published_version == 1
    world.embedding.embed([second])
    assert sorted(world.found("text")) == ["new text", "newer text"]


def test_a_repeated_last_job_finishes_what_a_crash_left(world: World):
    world.embedding.embed(world.expect(["old text"]))
    [job] = world.expect(["new text"])
    keep_only = world.index.keep_only

    def crash(*_: object) -> None:
        raise Unavailable("The index is locked.")

    world.index.keep_only = crash  # type: ignore[assignment, method-assign]
    assert world.embedding.embed([job]) == [job]
    assert world.status() is DocumentStatus.READY
    world.index.keep_only = keep_only  # type: ignore[method-assign]
    assert world.embedding.embed([job]) == []
    assert world.found("text") == ["new text"]


@pytest.mark.parametrize("end", ["failed", "late"])
def test_a_version_that_has_failed_is_never_published(world: World, end: str):
    world.embedding.embed(world.expect(["old text"]))
    [job] = world.expect(["new text"])
    if end == "failed":
        world.documents.fail(ACME, DOC, 2, Failure("malformed_document", "Broken."))
    else:
        world.now += PROCESSING_TIME

    assert world.embedding.embed([job]) == []
    assert world.documents.get(ACME, DOC).published_version == 1
    assert world.found("text") == ["old text"]
