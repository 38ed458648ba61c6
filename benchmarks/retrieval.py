"""How well retrieval finds and how fast: ``python -m benchmarks.retrieval``.

Prints recall, MRR and nDCG for each way to fuse the two searches, on two kinds of questions, and
how long one search of the embedded index takes.
"""

import asyncio
import math
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.questions import QuestionSet, help_centre, python_faq
from benchmarks.search_latency import measured
from helpdesk.adapters.sqlite_index import SQLitePassageIndex
from helpdesk.fusion import fuse
from helpdesk.ids import TenantId
from helpdesk.passages import Candidate, Candidates
from helpdesk.retrieval import MIN_DEPTH
from local.model_server.embedder import MODEL, Embedder

TENANT = TenantId("ten_benchmark")
CACHE = Path(__file__).parents[1] / ".helpdesk" / "models"

Fusion = Callable[[Candidates], Sequence[Candidate]]


def reciprocal_rank(candidates: Candidates) -> Sequence[Candidate]:
    """Reciprocal rank fusion with equal weights and k = 60, to compare with.

    Source: Cormack, Clarke and Büttcher, SIGIR 2009.
    """
    scores: dict[str, float] = {}
    passages = {}
    for found in (candidates.lexical, candidates.dense):
        for rank, candidate in enumerate(found, start=1):
            passages[candidate.passage.id] = candidate.passage
            scores[candidate.passage.id] = scores.get(candidate.passage.id, 0.0) + 1 / (60 + rank)
    best = sorted(scores, key=lambda id_: -scores[id_])
    return [Candidate(passages[id_], scores[id_]) for id_ in best]


FUSIONS: dict[str, Fusion] = {
    "words alone": lambda found: found.lexical,
    "meaning alone": lambda found: found.dense,
    "RRF, k = 60": reciprocal_rank,
    **{
        f"min-max, dense {weight:.1f}": partial(fuse, dense_weight=weight)
        for weight in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    },
}


def documents_in_order(ranked: Sequence[Candidate]) -> Sequence[str]:
    """The documents of a ranking, each where its best passage stands."""
    return list(dict.fromkeys(candidate.passage.document for candidate in ranked))


def quality(ranking: Sequence[str], right: frozenset[str]) -> tuple[float, float, float]:
    """Recall@5, reciprocal rank and nDCG@10 of one ranking of documents."""
    places = [place for place, document in enumerate(ranking, start=1) if document in right]
    recall = sum(place <= 5 for place in places) / len(right)
    gain = sum(1 / math.log2(place + 1) for place in places if place <= 10)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(right), 10) + 1))
    return recall, 1 / places[0] if places else 0.0, gain / ideal


def searched(
    index: SQLitePassageIndex, embedder: Embedder, set_: QuestionSet
) -> Sequence[Candidates]:
    """What the index finds for each question."""
    texts = [passage.to_embed() for passage in set_.passages]
    vectors = asyncio.run(embedder.embed(texts, "documents")).vectors
    index.add(TENANT, MODEL, list(zip(set_.passages, vectors.tolist(), strict=True)))
    questions = list(set_.answers)
    asked = asyncio.run(embedder.embed(questions, "question")).vectors.tolist()
    return [
        index.search(TENANT, MODEL, question, vector, MIN_DEPTH)
        for question, vector in zip(questions, asked, strict=True)
    ]


def quality_table(set_: QuestionSet, found: Sequence[Candidates]) -> Table:
    """One row for each way to fuse."""
    title = f"{set_.name}: {len(found)} questions, {len(set_.passages)} passages"
    table = Table("fusion", "recall@5", "MRR", "nDCG@10", title=title)
    for name, fusion in FUSIONS.items():
        rows = [
            quality(documents_in_order(fusion(candidates)), right)
            for candidates, right in zip(found, set_.answers.values(), strict=True)
        ]
        means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        table.add_row(name, *(f"{mean:.3f}" for mean in means))
    return table


def latency_table(set_: QuestionSet) -> Table:
    """One row for each size of the index, in milliseconds."""
    texts = [passage.text for passage in set_.passages]
    title = "Embedded index, ms per search (per batch of 64 added)"
    table = Table("chunks", "p50", "p95", "p99", "first", "add", title=title)
    for chunks in (1_000, 10_000, 100_000):
        row = measured(chunks, texts, list(set_.answers))
        times = (row.p50, row.p95, row.p99, row.first, row.add_batch)
        table.add_row(f"{row.chunks:,}", *(f"{milliseconds:.1f}" for milliseconds in times))
    return table


def main() -> None:
    """Prints all tables."""
    console = Console()
    embedder = Embedder.load(CACHE)
    faq = python_faq()
    for set_ in (help_centre(), faq):
        with tempfile.TemporaryDirectory() as folder:
            found = searched(SQLitePassageIndex(folder), embedder, set_)
        console.print(quality_table(set_, found))
    console.print(latency_table(faq))


if __name__ == "__main__":
    main()
