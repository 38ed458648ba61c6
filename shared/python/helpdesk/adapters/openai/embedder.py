"""An embedding model behind OpenAI's Embeddings."""

import math
from collections.abc import Sequence
from itertools import chain

from httpx2 import HTTPTransport
from openai import DefaultHttpxClient, OpenAI

from helpdesk.adapters.openai.connection import (
    ANSWER_RETRIES,
    CONNECT_RETRIES,
    LIMITS,
    NO_KEY,
    failing_as_unavailable,
    timeout,
)
from helpdesk.passages import Vector

_READ_SECONDS = 10.0
_TEXTS_PER_CALL = 64


class OpenAIEmbedder:
    """An Embedder at an OpenAI-compatible endpoint. Safe for threads."""

    def __init__(self, url: str, key: str, model: str) -> None:
        self.model = model
        self._client = OpenAI(
            base_url=url,
            api_key=key or NO_KEY,
            max_retries=ANSWER_RETRIES,
            timeout=timeout(_READ_SECONDS),
            http_client=DefaultHttpxClient(
                transport=HTTPTransport(retries=CONNECT_RETRIES, limits=LIMITS)
            ),
        )

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector for each text, in their order. Raises Unavailable."""
        batches = (
            texts[begin : begin + _TEXTS_PER_CALL]
            for begin in range(0, len(texts), _TEXTS_PER_CALL)
        )
        return list(chain.from_iterable(map(self._embed, batches)))

    def close(self) -> None:
        """Closes the connections that are kept alive."""
        self._client.close()

    def _embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        with failing_as_unavailable("embedding model"):
            answer = self._client.embeddings.create(model=self.model, input=list(texts))
            vectors = [each.embedding for each in sorted(answer.data, key=lambda each: each.index)]
            if len(vectors) != len(texts):
                raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
            return [_unit(vector) for vector in vectors]


def _unit(vector: Sequence[float]) -> Vector:
    length = math.sqrt(sum(number * number for number in vector))
    if not math.isfinite(length) or length == 0:
        raise ValueError("not a direction")
    return tuple(number / length for number in vector)
