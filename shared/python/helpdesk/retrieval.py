"""Finds the passages that answer a question, in what is published now."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.errors import Unavailable
from helpdesk.fusion import fuse
from helpdesk.ids import TenantId
from helpdesk.passages import Candidate, Found, Vector
from helpdesk.ports import Documents, Embedder, PassageIndex

MIN_DEPTH = 50
WINDOWS = (1, 16, 64)
"""How many times more passages than asked for are checked, at each attempt. The first one is for
the common case that the index lags behind by nothing: it reads no document in vain."""


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Searches by words and by meaning at once, and trusts Documents alone on what is published."""

    documents: Documents
    embedder: Embedder
    passage_index: PassageIndex

    def search(self, tenant: TenantId, query: str, limit: int) -> Sequence[Found]:
        """Up to ``limit`` passages of published versions, best first.

        Without the embedding model it searches by words alone. Raises Unavailable when the index
        or the documents can't be read.
        """
        vector = self._vector(query)
        found: Sequence[Found] = ()
        for times in WINDOWS:
            # The index may lag, so it holds passages that must not be shown. They are dropped
            # here; where that leaves too few, the next attempt looks deeper.
            window = limit * times
            depth = max(MIN_DEPTH, window)
            candidates = self.passage_index.search(
                tenant, self.embedder.model, query, vector, depth
            )
            ranked = fuse(candidates)
            found = self._published(tenant, ranked[:window])[:limit]
            seen_all = len(ranked) <= window and depth > max(
                len(candidates.lexical), len(candidates.dense)
            )
            if len(found) == limit or seen_all:
                break
        return found

    def _vector(self, query: str) -> Vector:
        try:
            return self.embedder.embed([query])[0]
        except Unavailable:
            return ()

    def _published(self, tenant: TenantId, ranked: Sequence[Candidate]) -> Sequence[Found]:
        if not ranked:
            return ()
        documents = self.documents.get_many(tenant, {c.passage.document for c in ranked})
        return [
            Found(candidate.passage, document.title, document.url, candidate.score)
            for candidate in ranked
            if (document := documents.get(candidate.passage.document))
            and document.published_version == candidate.passage.version
        ]
