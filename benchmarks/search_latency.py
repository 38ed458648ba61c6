"""How long one search of the embedded index takes, and one batch of additions."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from helpdesk.adapters.sqlite_index import SQLitePassageIndex
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Passage, Vector
from helpdesk.retrieval import MIN_DEPTH

TENANT = TenantId("ten_benchmark")
DIMENSIONS = 384
BATCH = 64
SEARCHES = 300


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds at one size of the index; ``first`` reads the vectors from the file."""

    chunks: int
    add_batch: float
    first: float
    p50: float
    p95: float
    p99: float


def measured(chunks: int, texts: Sequence[str], questions: Sequence[str]) -> Latencies:
    """Fills an index with passages made of the texts' words and asks it the questions."""
    chance = random.Random(chunks)
    words = [word for text in texts for word in text.split()]
    with tempfile.TemporaryDirectory() as folder:
        added = _filled(SQLitePassageIndex(folder), chunks, words, chance)
        index = SQLitePassageIndex(folder)
        vectors = _unit_vectors(SEARCHES, chance)
        times = [
            _milliseconds(
                partial(index.search, TENANT, "m", chance.choice(questions), vector, MIN_DEPTH)
            )
            for vector in vectors
        ]
    first, *rest = times
    rest.sort()
    p50, p95, p99 = (rest[int(len(rest) * share)] for share in (0.50, 0.95, 0.99))
    return Latencies(chunks, sorted(added)[len(added) // 2], first, p50, p95, p99)


def _filled(
    index: SQLitePassageIndex, chunks: int, words: Sequence[str], chance: random.Random
) -> Sequence[float]:
    times = []
    for start in range(0, chunks, BATCH):
        document = DocumentId(f"doc_{start}")
        passages = [
            Passage(document, 1, position, " ".join(_stretch(words, chance)), "Heading")
            for position in range(min(BATCH, chunks - start))
        ]
        batch = list(zip(passages, _unit_vectors(len(passages), chance), strict=True))
        times.append(_milliseconds(partial(index.add, TENANT, "m", batch)))
    return times


def _stretch(words: Sequence[str], chance: random.Random) -> Sequence[str]:
    """About a passage of real text, from anywhere in it."""
    start = chance.randrange(len(words))
    return words[start : start + chance.randint(60, 180)]


def _unit_vectors(count: int, chance: random.Random) -> Sequence[Vector]:
    rows = np.random.default_rng(chance.getrandbits(32)).normal(size=(count, DIMENSIONS))
    vectors: list[Vector] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).tolist()
    return vectors


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000
