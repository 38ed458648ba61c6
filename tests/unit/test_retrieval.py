"""Retrieval: what is found is what is published."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import pytest

from helpdesk.documents import Document, DocumentStatus
from helpdesk.errors import Unavailable
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Found, Passage
from helpdesk.retrieval import Retrieval
from tests.fakes.documents import MemoryDocuments
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.passage_index import MemoryPassageIndex

TENANT, STRANGER = TenantId("ten_1"), TenantId("ten_2")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Shelf(MemoryDocuments):
    """Documents that remember what they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Collection[DocumentId]] = []

    def get_many(
        self, tenant: TenantId, documents: Collection[DocumentId]
    ) -> Mapping[DocumentId, Document]:
        self.asked.append(documents)
        return super().get_many(tenant, documents)


def document(id_: str, published_version: int | None) -> Document:
    return Document(
        tenant=TENANT,
        id=DocumentId(id_),
        filename="a.html",
        content_type="text/html",
        size_bytes=1,
        title=f"Title of {id_}",
        url=f"https://shop.example/{id_}",
        external_id=None,
        version=9,
        status=DocumentStatus.PROCESSING,
        deadline=NOW,
        created_at=NOW,
        updated_at=NOW,
        published_version=published_version,
    )


class HelpCentre:
    """A Retrieval over fakes, and what is on its shelf."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.embedder = HashingEmbedder()
        self.index = MemoryPassageIndex()
        self.retrieval = Retrieval(self.shelf, self.embedder, self.index)

    def indexed(self, document: str, *texts: str, version: int = 1, model: str = "") -> None:
        passages = [
            Passage(DocumentId(document), version, position, text)
            for position, text in enumerate(texts)
        ]
        vectors = HashingEmbedder().embed(texts)
        self.index.add(
            TENANT, model or self.embedder.model, list(zip(passages, vectors, strict=True))
        )

    def published(self, id_: str, *texts: str, version: int | None = 1) -> None:
        self.indexed(id_, *texts, version=version or 1)
        self.shelf.add(document(id_, version))

    def search(self, query: str, limit: int = 5, tenant: TenantId = TENANT) -> list[Found]:
        return list(self.retrieval.search(tenant, query, limit))


@pytest.fixture
def centre() -> HelpCentre:
    return HelpCentre()


def texts(found: list[Found]) -> list[str]:
    return [each.passage.text for each in found]


def test_it_returns_the_best_passage_first_with_its_documents_title_and_url(centre):
    centre.published("doc_1", "refunds take five days", "parcels take two days")
    centre.published("doc_2", "we have shops in Ghent")

    best = centre.search("refunds five days")[0]

    assert best.passage.text == "refunds take five days"
    assert (best.title, best.url) == ("Title of doc_1", "https://shop.example/doc_1")
    assert best.score == pytest.approx(1.0)


def test_documents_are_fetched_in_one_call_each_once(centre):
    for n in range(12):
        centre.published(f"doc_{n}", "refund policy", "refund form")

    assert len(centre.search("refund", limit=5)) == 5
    [asked] = centre.shelf.asked
    assert len(asked) == len(set(asked))


def test_a_deleted_document_is_never_found(centre):
    centre.published("doc_1", "refunds take five days")
    centre.shelf.delete(TENANT, DocumentId("doc_1"))

    assert centre.search("refunds") == []


def test_a_version_that_is_still_being_indexed_is_never_found(centre):
    centre.published("doc_1", "refunds take five days", version=1)
    centre.indexed("doc_1", "refunds take six days", version=2)

    assert texts(centre.search("refunds take days")) == ["refunds take five days"]


def test_a_document_that_was_never_published_is_never_found(centre):
    centre.published("doc_1", "refunds take five days", version=None)

    assert centre.search("refunds") == []


def test_a_superseded_version_is_never_found_though_the_index_still_has_it(centre):
    centre.indexed("doc_1", "refunds take five days", version=1)
    centre.published("doc_1", "returns are free", version=2)

    assert texts(centre.search("refunds take five days")) == ["returns are free"]


def test_stale_passages_that_fill_the_index_do_not_starve_the_answer(centre):
    for n in range(150):
        centre.indexed(f"doc_gone_{n:03}", "refund refund refund")
    for n in range(5):
        centre.published(f"doc_{n}", f"refund and some other words number{n}")

    assert len(centre.search("refund", limit=5)) == 5
    assert centre.index.depths == sorted(set(centre.index.depths))
    assert len(centre.index.depths) > 1


def test_an_index_full_of_stale_passages_ends_the_search(centre):
    for n in range(2000):
        centre.indexed(f"doc_gone_{n:04}", "refund")

    assert centre.search("refund", limit=5) == []
    assert len(centre.index.depths) == 3


def test_one_search_is_enough_when_the_index_has_no_more_to_give(centre):
    centre.published("doc_1", "refunds take five days")

    centre.search("refunds", limit=5)

    assert len(centre.index.depths) == 1


def test_without_the_embedding_model_words_alone_still_find(centre):
    centre.published("doc_1", "refunds take five days", "parcels take two days")
    centre.embedder.down = True

    found = centre.search("refunds")

    assert texts(found) == ["refunds take five days"]


def test_vectors_of_another_model_do_not_count(centre):
    centre.indexed("doc_1", "parcels", model="older-model")
    centre.shelf.add(document("doc_1", published_version=1))

    assert centre.search("unrelated words") == []


def test_another_tenant_finds_nothing(centre):
    centre.published("doc_1", "refunds take five days")

    assert centre.search("refunds", tenant=STRANGER) == []


def test_an_index_that_is_away_is_unavailable(centre, monkeypatch):
    def away(*_: object) -> None:
        raise Unavailable("The index is away.")

    monkeypatch.setattr(centre.index, "search", away)

    with pytest.raises(Unavailable):
        centre.search("refunds")
