"""Short ways to fill an index and to ask it."""

from collections.abc import Sequence

from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Candidate, Candidates, Passage
from helpdesk.ports import PassageIndex
from tests.fakes.embedder import HashingEmbedder

DIMENSIONS = 64
EMBEDDER = HashingEmbedder(dimensions=DIMENSIONS)
DOC = DocumentId("doc_returns")
OTHER = DocumentId("doc_delivery")


def passage(
    text: str, position: int = 0, version: int = 1, document: DocumentId = DOC, **fields: object
) -> Passage:
    """A passage; most of it does not matter to most tests."""
    return Passage(document, version, position, text, **fields)  # type: ignore[arg-type]


def add(index: PassageIndex, tenant: TenantId, *passages: Passage, model: str = "m1") -> None:
    """Indexes passages with their vectors."""
    vectors = EMBEDDER.embed([each.to_embed() for each in passages])
    index.add(tenant, model, list(zip(passages, vectors, strict=True)))


def search(
    index: PassageIndex, tenant: TenantId, words: str, limit: int = 10, model: str = "m1"
) -> Candidates:
    """Searches by words and by their vector."""
    return index.search(tenant, model, words, EMBEDDER.embed([words])[0], limit)


def passages(found: Sequence[Candidate]) -> list[Passage]:
    """The passages alone."""
    return [candidate.passage for candidate in found]
