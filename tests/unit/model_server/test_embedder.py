"""The embeddings are MiniLM's own, whatever they are batched with, and questions overtake."""

import asyncio

import numpy as np
import pytest

from local.model_server.embedder import MAX_TOKENS, Embedder, Vectors

pytestmark = pytest.mark.anyio

PARAGRAPH = "A sentence about shipping a parcel to a customer in another country. " * 15


async def cosines(embedder: Embedder, *texts: str) -> Vectors:
    vectors = (await embedder.embed(texts, "documents")).vectors
    return vectors @ vectors.T


async def test_cosines_are_those_published_for_the_model(embedder):
    # The example of sentence-transformers' own documentation, computed by torch in float32.
    found = await cosines(
        embedder,
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
    )
    assert found[0, 1] == pytest.approx(0.6660, abs=0.03)
    assert found[0, 2] == pytest.approx(0.1046, abs=0.03)
    assert found[1, 2] == pytest.approx(0.1411, abs=0.03)


async def test_what_customers_ask_lies_near_and_the_unrelated_far(embedder):
    found = await cosines(
        embedder,
        "How do I reset my password?",
        "I forgot my password and cannot log in",
        "Where is my parcel?",
    )
    assert found[0, 1] > 0.6
    assert found[0, 2] < 0.2


async def test_vectors_have_unit_length(embedder):
    vectors = (await embedder.embed(["one", "two words", PARAGRAPH], "documents")).vectors
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)


async def test_a_text_has_the_same_vector_whatever_it_comes_with(embedder):
    texts = [f"{'word ' * (17 - n)}number {n}" for n in range(17)]
    together = (await embedder.embed(texts, "documents")).vectors
    for text, vector in zip(texts, together, strict=True):
        alone = (await embedder.embed([text], "question")).vectors[0]
        assert alone.tolist() == vector.tolist()


async def test_tokens_are_counted_as_the_model_reads_them(embedder):
    assert (await embedder.embed(["hello world"], "question")).tokens == 4  # with its frame
    assert (await embedder.embed([PARAGRAPH * 3], "question")).tokens == MAX_TOKENS
    assert embedder.count_tokens("hello world") == 2
    assert embedder.count_tokens(PARAGRAPH * 3) > MAX_TOKENS


async def test_questions_do_not_wait_behind_documents(embedder):
    documents = asyncio.create_task(embedder.embed([PARAGRAPH] * 64, "documents"))
    for _ in range(30):
        await embedder.embed(["Where is my parcel?"], "question")
    assert not documents.done()
    await documents
