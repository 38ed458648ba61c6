"""An embedder that needs no model: texts that share words point the same way."""

import hashlib
import math
import re
from collections.abc import Sequence

from helpdesk.errors import Unavailable
from helpdesk.passages import Vector


class HashingEmbedder:
    """Counts each word in one of ``dimensions`` buckets; equal texts have equal vectors.

    ``down = True`` makes it raise Unavailable. ``calls`` keeps the batches that it was given.
    """

    def __init__(self, model: str = "hashing-1", dimensions: int = 64) -> None:
        self.model = model
        self.down = False
        self.calls: list[Sequence[str]] = []
        self._dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector for each text, in their order. Raises Unavailable while down."""
        if self.down:
            raise Unavailable("The embedding model does not answer.")
        self.calls.append(texts)
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> Vector:
        counts = [0.0] * self._dimensions
        for word in re.findall(r"\w+", text.lower()) or [""]:
            counts[
                int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % self._dimensions
            ] += 1
        length = math.sqrt(sum(count * count for count in counts))
        return tuple(count / length for count in counts)
