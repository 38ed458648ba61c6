"""An answer as it grows: from the model's raw pieces to the text that the customer reads."""

from collections.abc import Sequence

from helpdesk.citations import CitationRewriter, Source
from helpdesk.conversations import Citation
from helpdesk.prompts import Opening


class Answer:
    """Collects what leaves for the customer, piece by piece."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._opening = Opening()
        self._rewriter = CitationRewriter(sources)
        self._pieces: list[str] = []
        self.raw_characters = 0

    def feed(self, piece: str) -> str:
        """The text that may leave now that the model has said this; often just that."""
        self.raw_characters += len(piece)
        return self.say(self._rewriter.feed(self._opening.feed(piece)))

    def end(self) -> str:
        """The text that was held back until the model had finished."""
        return self.say(self._rewriter.feed(self._opening.end()) + self._rewriter.end())

    def say(self, text: str) -> str:
        """Adds text that leaves as it is."""
        if text:
            self._pieces.append(text)
        return text

    @property
    def refused(self) -> bool:
        """Whether the model found nothing in its sources."""
        return self._opening.refused

    @property
    def text(self) -> str:
        """All that has left."""
        return "".join(self._pieces)

    @property
    def deltas(self) -> tuple[int, ...]:
        """The lengths of the pieces, as they left."""
        return tuple(map(len, self._pieces))

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The sources that the text cites, by their numbers."""
        return self._rewriter.used
