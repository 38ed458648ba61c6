"""The PassageIndex over OpenSearch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from helpdesk.adapters.opensearch_index import documents
from helpdesk.adapters.opensearch_index.client import OVERLOADED, Service, unavailable_when_silent
from helpdesk.adapters.opensearch_index.documents import Engine
from helpdesk.errors import Unavailable
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Candidates, Passage, Vector

INDEX = "passages"
BULK_SECONDS = 30.0
PAGE = 500


class OpenSearchPassageIndex:
    """Keeps the passages of all tenants in one index, which it creates when it first writes.

    On a managed domain what was added is found when ``add`` returns; a serverless collection
    shows it about 10 s later.
    """

    def __init__(
        self,
        client: OpenSearch,
        dimensions: int,
        service: Service = "es",
        engine: Engine = "faiss",
    ) -> None:
        self._client = client
        self._dimensions = dimensions
        self._engine = engine
        self._writing: dict[str, Any] = {"request_timeout": BULK_SECONDS}
        if service == "es":  # a serverless collection refuses the parameter
            self._writing["refresh"] = "wait_for"
        self._created = False

    def add(self, tenant: TenantId, model: str, passages: Sequence[tuple[Passage, Vector]]) -> None:
        """Indexes passages; doing it again changes nothing. Raises Unavailable."""
        with unavailable_when_silent():
            self._create_index()
            self._bulk(
                line
                for passage, vector in passages
                for line in (
                    {"index": {"_id": documents.stored_id(tenant, passage.id)}},
                    documents.body(tenant, model, passage, vector),
                )
            )

    def search(
        self, tenant: TenantId, model: str, words: str, vector: Vector, limit: int
    ) -> Candidates:
        """The best passages by words and the best by meaning, in one round trip.

        Raises Unavailable.
        """
        queries = [documents.by_words(tenant, words, limit)]
        if vector:
            queries.append(documents.by_meaning(tenant, model, vector, limit))
        with unavailable_when_silent():
            answers = self._client.msearch(
                index=INDEX, body=[line for query in queries for line in ({}, query)]
            )["responses"]
        lexical, *dense = [documents.candidates(_hits(answer)) for answer in answers]
        return Candidates(
            lexical=lexical,
            dense=[
                replace(candidate, score=documents.cosine(candidate.score))
                for found in dense
                for candidate in found
            ],
        )

    def keep_only(self, tenant: TenantId, document: DocumentId, version: int | None) -> None:
        """Removes the versions of a document before this one; with None the whole document.

        Raises Unavailable. What the index does not show yet stays; Documents knows better.
        """
        with unavailable_when_silent():
            for ids in self._ids(documents.before_version(tenant, document, version)):
                self._bulk({"delete": {"_id": id_}} for id_ in ids)

    def _ids(self, query: dict[str, Any]) -> Iterator[Sequence[str]]:
        """The ids that match, page by page: serverless collections can't delete by query."""
        body: dict[str, Any] = {
            "size": PAGE,
            "query": query,
            "_source": False,
            "sort": [{"id": "asc"}],
        }
        while hits := _hits(self._client.msearch(index=INDEX, body=[{}, body])["responses"][0]):
            yield [hit["_id"] for hit in hits]
            body["search_after"] = hits[-1]["sort"]

    def _bulk(self, lines: Iterator[dict[str, Any]]) -> None:
        body = list(lines)
        if not body:
            return
        answer = self._client.bulk(index=INDEX, body=body, params=self._writing)
        for item in answer["items"]:
            for outcome in item.values():
                _check(outcome)

    def _create_index(self) -> None:
        if self._created:
            return
        body = documents.index_body(self._dimensions, self._engine)
        try:
            self._client.indices.create(index=INDEX, body=body)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
        self._created = True


def _hits(answer: dict[str, Any]) -> Sequence[dict[str, Any]]:
    if answer.get("error", {}).get("type") == "index_not_found_exception":
        return ()  # nothing was ever added
    _check(answer)
    hits: Sequence[dict[str, Any]] = answer["hits"]["hits"]
    return hits


def _check(outcome: dict[str, Any]) -> None:
    """Raises Unavailable where one part of a request was turned away, else what was wrong."""
    if "error" not in outcome:
        return
    if outcome["status"] in OVERLOADED:
        raise Unavailable("The search index is overloaded. Try again.")
    raise RequestError(outcome["status"], outcome["error"]["type"], outcome)
