"""How a passage is written in OpenSearch, and how it is asked for."""

from collections.abc import Sequence
from typing import Any, Literal

from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Candidate, Passage, Vector
from helpdesk.query_terms import query_terms

Engine = Literal["faiss", "lucene"]
"""The library that searches vectors. Serverless collections have faiss only."""


def index_body(dimensions: int, engine: Engine) -> dict[str, Any]:
    """The index's settings and mapping."""
    return {
        "settings": {"index": {"knn": True}},
        "mappings": {
            "dynamic": "strict",
            "properties": {
                "id": {"type": "keyword"},
                "tenant": {"type": "keyword"},
                "document": {"type": "keyword"},
                "version": {"type": "integer"},
                "position": {"type": "integer"},
                "page": {"type": "integer"},
                "heading": {"type": "text", "analyzer": "english"},
                "text": {"type": "text", "analyzer": "english"},
                "model": {"type": "keyword"},
                "vector": {
                    "type": "knn_vector",
                    "dimension": dimensions,
                    "method": {"name": "hnsw", "engine": engine, "space_type": "innerproduct"},
                },
            },
        },
    }


def stored_id(tenant: TenantId, passage_id: str) -> str:
    """The id under which a passage is stored: adding it again overwrites it."""
    return f"{tenant}:{passage_id}"


def body(tenant: TenantId, model: str, passage: Passage, vector: Vector) -> dict[str, Any]:
    """A passage as it is stored, with its own id among the fields: the pages sort by it."""
    return {
        "id": passage.id,
        "tenant": tenant,
        "document": passage.document,
        "version": passage.version,
        "position": passage.position,
        "page": passage.page,
        "heading": passage.heading,
        "text": passage.text,
        "model": model,
        "vector": list(vector),
    }


def by_words(tenant: TenantId, words: str, limit: int) -> dict[str, Any]:
    """The query for the best passages by BM25."""
    match = {"query": " ".join(query_terms(words)), "fields": ["heading", "text"]}
    return {
        "size": limit,
        "_source": {"excludes": ["vector"]},
        "query": {
            "bool": {"filter": [{"term": {"tenant": tenant}}], "must": [{"multi_match": match}]}
        },
    }


def by_meaning(tenant: TenantId, model: str, vector: Vector, limit: int) -> dict[str, Any]:
    """The query for the nearest passages; the filter works inside the search, not after it."""
    filters = [{"term": {"tenant": tenant}}, {"term": {"model": model}}]
    knn = {"vector": list(vector), "k": limit, "filter": {"bool": {"filter": filters}}}
    return {
        "size": limit,
        "_source": {"excludes": ["vector"]},
        "query": {"knn": {"vector": knn}},
    }


def before_version(tenant: TenantId, document: DocumentId, version: int | None) -> dict[str, Any]:
    """The query for a document's passages of the versions before this one, or for all of them."""
    filters: list[dict[str, Any]] = [{"term": {"tenant": tenant}}, {"term": {"document": document}}]
    if version is not None:
        filters.append({"range": {"version": {"lt": version}}})
    return {"bool": {"filter": filters}}


def candidates(hits: Sequence[dict[str, Any]]) -> Sequence[Candidate]:
    """The passages of an answer with their scores."""
    return [Candidate(_passage(hit["_source"]), hit["_score"]) for hit in hits]


def cosine(score: float) -> float:
    """The cosine of two unit vectors behind the score that ``innerproduct`` makes of it.

    That space, and not ``cosinesimil``, because faiss has had it in every version.
    """
    return score - 1 if score >= 1 else 1 - 1 / score


def _passage(source: dict[str, Any]) -> Passage:
    return Passage(
        document=source["document"],
        version=source["version"],
        position=source["position"],
        text=source["text"],
        heading=source["heading"],
        page=source["page"],
    )
