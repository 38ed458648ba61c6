"""Vectors of texts that come again: the same passages and tools serve many questions."""

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from local.model_server.embedder import Embedder, Vectors

REMEMBERED_VECTORS = 20_000


class RememberedVectors:
    """Embeds each text once, and forgets those that were not used for the longest time."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    async def of(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in the order of the texts."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._remembered]
        if unknown:
            embedded = await self._embedder.embed(unknown, "answer")
            self._remembered.update(zip(unknown, embedded.vectors, strict=True))
        for text in texts:
            self._remembered.move_to_end(text)
        vectors = np.stack([self._remembered[text] for text in texts])
        while len(self._remembered) > REMEMBERED_VECTORS:
            self._remembered.popitem(last=False)
        return vectors
