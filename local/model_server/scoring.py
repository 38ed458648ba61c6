"""How well a piece of a source fits a question.

Four signs are added up. Cosine alone leaves hardly a margin between questions that the sources
answer and those that they don't; on the sample help centre's questions the four together raise the
chance that an answerable one scores above an unanswerable one from 0.89 to 0.97.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from helpdesk.query_terms import STOP_WORDS
from local.model_server.embedder import Vectors
from local.model_server.sources import Source

SENTENCE_WEIGHT = 0.4
PASSAGE_WEIGHT = 0.3
WORDS_WEIGHT = 0.3
FIGURE_BONUS = 0.06

_STEM_LETTERS = 5
_STOP_WORDS = STOP_WORDS | {"anything", "how", "long", "many", "much", "something"}
_WORD = re.compile(r"\w+")
_ASKS_FOR_FIGURE = re.compile(
    r"\bhow (?:many|much|long|often|far|old|soon|late|big|heavy)\b|\bwhen\b|\bcosts?\b|\bfees?\b"
    r"|\bprices?\b|\bwhat (?:time|temperature|size|discount)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"\d|\bfree\b|\bnever\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that may be quoted from a source."""

    source: Source
    text: str

    @property
    def in_context(self) -> str:
        """The text under its headings: a table's row alone says little."""
        above = self.source.heading.replace(" › ", ", ") or self.source.title
        return f"{above}: {self.text}" if above else self.text


def scores(question: str, asked: Vectors, pieces: Sequence[Piece], vectors: Vectors) -> Vectors:
    """How well each piece fits the question, 0 to about 1.

    ``asked`` is the question's vector; ``vectors`` are those of the pieces in their contexts.
    """
    sentence = vectors @ asked
    figures = np.array([_gives_figure(question, piece.text) for piece in pieces], np.float32)
    total: Vectors = (
        SENTENCE_WEIGHT * sentence
        + PASSAGE_WEIGHT * _passage_cosines(asked, pieces, vectors)
        + WORDS_WEIGHT * _shared_words(question, pieces)
        + FIGURE_BONUS * figures
    )
    return total


def content_words(text: str) -> set[str]:
    """The words that carry meaning, each cut to its stem's first letters."""
    words = _WORD.findall(text.lower())
    return {word[:_STEM_LETTERS] for word in words if len(word) > 1 and word not in _STOP_WORDS}


def _gives_figure(question: str, text: str) -> bool:
    return bool(_ASKS_FOR_FIGURE.search(question) and _FIGURE.search(text))


def _passage_cosines(asked: Vectors, pieces: Sequence[Piece], vectors: Vectors) -> Vectors:
    """For each piece the cosine of its whole source, whose vector is the mean of its pieces."""
    cosines: dict[str, float] = {}
    for source in {piece.source.id for piece in pieces}:
        rows = [place for place, piece in enumerate(pieces) if piece.source.id == source]
        mean = vectors[rows].sum(axis=0)
        cosines[source] = float(mean @ asked / np.linalg.norm(mean))
    return np.array([cosines[piece.source.id] for piece in pieces], np.float32)


def _shared_words(question: str, pieces: Sequence[Piece]) -> NDArray[np.float32]:
    """For each piece the share of the question's words that its source has.

    A word that every source has (the company's name) counts little, one that none has the most.
    """
    asked = content_words(question)
    found = {
        source: asked & content_words(f"{source.title} {source.heading} {source.text}")
        for source in {piece.source for piece in pieces}
    }
    spread = Counter(chain.from_iterable(found.values()))
    weights = {word: math.log((len(found) + 1) / (spread[word] + 0.5)) for word in asked}
    total = sum(weights.values()) or 1.0
    shares = {source: sum(map(weights.__getitem__, words)) for source, words in found.items()}
    return np.array([shares[piece.source] / total for piece in pieces], np.float32)
