"""MiniLM embeddings: texts in, vectors of unit length out, with the tokens that it took.

A question must not wait behind a document, so each kind of work has threads of its own. Each text
runs on one thread with the GIL released, and the system shares the processors.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from local.model_server.graph import cached_graph
from local.model_server.weights import find_model_files

MODEL = "all-MiniLM-L6-v2"
MAX_TOKENS = 256

Lane = Literal["question", "answer", "documents"]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Embedded:
    """One row per text, in the order of the texts, and the tokens that the model read."""

    vectors: Vectors
    tokens: int


class Embedder:
    """The loaded model. Use :meth:`load`."""

    def __init__(self, graph: Path, tokenizer: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        # The file asks for a fixed 128 tokens.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._whole = Tokenizer.from_file(str(tokenizer))
        self._whole.no_padding()
        self._whole.no_truncation()
        threads = os.cpu_count() or 1
        self._lanes: dict[Lane, ThreadPoolExecutor] = {
            lane: ThreadPoolExecutor(threads, lane) for lane in get_args(Lane)
        }

    @classmethod
    def load(cls, cache: Path) -> "Embedder":
        """Loads the model, building its graph in the cache folder first if need be.

        Raises WeightsError when the model's files are missing or not the expected ones.
        """
        files = find_model_files()
        return cls(cached_graph(files, cache), files.tokenizer)

    async def embed(self, texts: Sequence[str], lane: Lane) -> Embedded:
        """Embeds texts, each cut at 256 tokens."""
        threads = self._lanes[lane]
        loop = asyncio.get_running_loop()
        encodings = await loop.run_in_executor(threads, self._encode, texts)
        vectors = await asyncio.gather(
            *(loop.run_in_executor(threads, self._run, encoding) for encoding in encodings)
        )
        return Embedded(np.stack(vectors), sum(map(len, encodings)))

    def count_tokens(self, text: str) -> int:
        """How many tokens a whole text has, without the two that frame it."""
        return len(self._whole.encode(text, add_special_tokens=False))

    def close(self) -> None:
        """Lets the threads end."""
        for threads in self._lanes.values():
            threads.shutdown(wait=False, cancel_futures=True)

    def _encode(self, texts: Sequence[str]) -> list[Encoding]:
        return self._tokenizer.encode_batch_fast(list(texts))

    def _run(self, encoding: Encoding) -> Vectors:
        input_ids = np.array([encoding.ids], dtype=np.int64)
        embedding: Vectors = self._session.run(["embedding"], {"input_ids": input_ids})[0][0]
        return embedding
