"""What an Embedder promises, of the fake and of the adapter with a real endpoint."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from helpdesk.adapters.openai.embedder import OpenAIEmbedder
from helpdesk.errors import Unavailable
from helpdesk.ports import Embedder
from tests.fakes.embedder import HashingEmbedder
from tests.fakes.http_server import serving
from tests.fakes.openai_endpoint import FAULTS, OpenAIEndpoint


@pytest.fixture(scope="module")
def endpoint() -> Iterator[tuple[OpenAIEndpoint, str]]:
    fake = OpenAIEndpoint()
    with serving(fake.app) as url:
        yield fake, f"{url}/v1"


@pytest.fixture
def openai(endpoint: tuple[OpenAIEndpoint, str]) -> Iterator[Callable[[str], OpenAIEmbedder]]:
    with ExitStack() as opened:

        def at(behaviour: str, url: str = endpoint[1]) -> OpenAIEmbedder:
            return opened.enter_context(closing(OpenAIEmbedder(url, "", behaviour)))

        yield at


@pytest.fixture(params=["hashing", "openai"])
def embedder(request: pytest.FixtureRequest, openai: Callable[[str], Embedder]) -> Embedder:
    return HashingEmbedder() if request.param == "hashing" else openai("behaves")


def test_each_text_has_a_unit_vector(embedder: Embedder):
    vectors = embedder.embed([f"text {number}" for number in range(150)])
    assert len(vectors) == 150
    assert all(math.isclose(math.hypot(*vector), 1) for vector in vectors)


def test_equal_texts_have_equal_vectors_in_their_order(embedder: Embedder):
    first, second, third = embedder.embed(["a parcel", "a refund, please", "a parcel"])
    assert first == third
    assert embedder.embed(["a refund, please"]) == [second]


def test_nothing_to_embed_is_no_call(embedder: Embedder):
    assert list(embedder.embed([])) == []


def test_many_texts_go_in_batches(endpoint, openai):
    fake, _ = endpoint
    before = len(fake.requests)
    openai("behaves").embed(["text"] * 150)
    sizes = [len(asked["input"]) for asked in fake.requests[before:]]
    assert sum(sizes) == 150
    assert max(sizes) <= 64


@pytest.mark.parametrize("fault", [*FAULTS, "one_short", "zeros"])
def test_every_fault_is_unavailable(openai, fault):
    with pytest.raises(Unavailable):
        openai(fault).embed(["text", "more"])


def test_nobody_there_is_unavailable(openai):
    with pytest.raises(Unavailable):
        openai("behaves", "http://127.0.0.1:9/v1").embed(["text"])
