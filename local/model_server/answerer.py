"""The extractive answerer: quotes the best sentences of the sources, or says that they don't say.

It can't combine facts, count or follow a conversation: it reads the last question alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from local.model_server.embedder import Embedder
from local.model_server.remembering import RememberedVectors
from local.model_server.scoring import Piece, scores
from local.model_server.sentences import quotable
from local.model_server.sources import Source, parse_sources

MODEL = "helpdesk-extractive-1"
NO_ANSWER = "NO_ANSWER"
THRESHOLD = 0.41
MARGIN = 0.1
MAX_QUOTES = 3


@dataclass(frozen=True, slots=True)
class Quote:
    """A piece that may be said, and how well it fits the question (see scoring)."""

    source: str
    text: str
    score: float


class Answerer:
    """Answers a question from the sources of its prompt."""

    def __init__(self, embedder: Embedder) -> None:
        self.vectors = RememberedVectors(embedder)

    async def answer(self, system: str, question: str) -> str:
        """The best sentences, each with its citation ``[id]``, or exactly ``NO_ANSWER``."""
        return compose(await self.quotes(parse_sources(system), question))

    async def quotes(self, sources: Sequence[Source], question: str) -> list[Quote]:
        """All that could be said, scored."""
        pieces = [Piece(source, text) for source in sources for text in quotable(source.text)]
        if not pieces or not question.strip():
            return []
        vectors = await self.vectors.of([question, *(piece.in_context for piece in pieces)])
        scored = zip(pieces, scores(question, vectors[0], pieces, vectors[1:]), strict=True)
        return [Quote(piece.source.id, piece.text, float(score)) for piece, score in scored]


def compose(quotes: Sequence[Quote]) -> str:
    """The answer: the best quotes, as far as they are about as good as the very best."""
    best_first = sorted(quotes, key=lambda quote: -quote.score)
    if not best_first or best_first[0].score < THRESHOLD:
        return NO_ANSWER
    chosen: list[Quote] = []
    for quote in best_first:
        if quote.score < best_first[0].score - MARGIN or len(chosen) == MAX_QUOTES:
            break
        if not any(quote.text in other.text or other.text in quote.text for other in chosen):
            chosen.append(quote)
    # The cells of a table's row are read aloud with commas.
    return " ".join(f"{q.text.replace(' | ', ', ')} [{q.source}]" for q in chosen)
