"""A PassageIndex in memory."""

import re
from collections.abc import Callable, Iterable, Sequence

from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Candidate, Candidates, Passage, Vector
from helpdesk.query_terms import query_terms


class MemoryPassageIndex:
    """Keeps passages in a dict; a passage scores one for each word of the query that it has.

    ``depths`` keeps the limit of each search that it was asked for.
    """

    def __init__(self) -> None:
        self.depths: list[int] = []
        self._tenants: dict[TenantId, dict[str, tuple[Passage, str, Vector]]] = {}

    def add(self, tenant: TenantId, model: str, passages: Sequence[tuple[Passage, Vector]]) -> None:
        """Indexes passages; doing it again changes nothing."""
        rows = self._tenants.setdefault(tenant, {})
        rows.update({passage.id: (passage, model, vector) for passage, vector in passages})

    def search(
        self, tenant: TenantId, model: str, words: str, vector: Vector, limit: int
    ) -> Candidates:
        """The best passages by words and the best by meaning, up to ``limit`` of each."""
        self.depths.append(limit)
        rows = self._tenants.get(tenant, {}).values()
        asked = set(query_terms(words))
        return Candidates(
            lexical=_best((Candidate(p, len(asked & _words(p))) for p, _, _ in rows), limit),
            dense=_best(
                (
                    Candidate(passage, sum(a * b for a, b in zip(vector, own, strict=True)))
                    for passage, own_model, own in rows
                    if own_model == model and len(own) == len(vector)
                ),
                limit,
                keep=lambda _: True,
            ),
        )

    def keep_only(self, tenant: TenantId, document: DocumentId, version: int | None) -> None:
        """Removes the versions of a document before this one; with None the whole document."""
        rows = self._tenants.get(tenant, {})
        for id_, (passage, _, _) in list(rows.items()):
            if passage.document == document and (version is None or passage.version < version):
                del rows[id_]


def _words(passage: Passage) -> set[str]:
    return set(re.findall(r"\w+", passage.to_embed().lower()))


def _best(
    candidates: Iterable[Candidate],
    limit: int,
    keep: Callable[[float], bool] = lambda score: score > 0,
) -> Sequence[Candidate]:
    kept = [candidate for candidate in candidates if keep(candidate.score)]
    return sorted(kept, key=lambda candidate: -candidate.score)[:limit]
