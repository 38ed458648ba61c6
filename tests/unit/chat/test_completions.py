"""OpenAI's own client talks to an agent as it talks to a model."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from helpdesk.edge.chat_app import create_app
from helpdesk.identity import Authenticator
from helpdesk.model import Message
from tests.fakes.http_server import serving
from tests.fakes.language_model import ScriptedModel, down
from tests.unit.chat.test_chat_app import ANSWER, SECRET, TOKENS, Ring
from tests.unit.chat.world import World

MESSAGES: Any = [
    {"role": "system", "content": "You are a pirate."},
    {"role": "user", "content": "Hello"},
    {"role": "assistant", "content": "Hello, see [1]."},
    {"role": "user", "content": [{"type": "text", "text": "How long?"}]},
]


@pytest.fixture
def world() -> World:
    return World(ScriptedModel(*ANSWER))


@pytest.fixture
def url(world: World) -> Iterator[str]:
    ring: Any = Ring()
    with serving(create_app(lambda: world.chat, lambda: Authenticator(ring, ring, TOKENS))) as url:
        yield f"{url}/v1"


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=url, api_key=SECRET, max_retries=0) as client:
        yield client


def test_a_whole_completion(client, world):
    answer = client.chat.completions.create(model="any", messages=MESSAGES, temperature=0.2)
    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason) == ("Two days [1].", "stop")
    (annotation,) = choice.message.annotations
    cited = annotation.url_citation
    assert choice.message.content[cited.start_index : cited.end_index] == "[1]"
    assert (cited.title, cited.url) == ("Delivery", "urn:helpdesk:document:doc_1")
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (70, 75)
    assert answer.model == "answering-1"
    assert world.model.prompts[0][1:] == (
        Message("user", "Hello"),
        Message("assistant", "Hello, see."),
        Message("user", "How long?"),
    )


@pytest.mark.parametrize("usage", [True, False])
def test_a_streamed_completion(client, usage):
    options = {"stream_options": {"include_usage": True}} if usage else {}
    stream = client.chat.completions.create(model="any", messages=MESSAGES, stream=True, **options)
    chunks = list(stream)
    choices = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == "Two days [1]."
    assert choices[0].delta.role == "assistant"
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["stop"]
    assert choices[-1].delta.annotations[0]["url_citation"]["title"] == "Delivery"
    used = [chunk.usage.total_tokens for chunk in chunks if chunk.usage]
    assert used == ([75] if usage else [])
    assert (chunks[-1].choices == []) is usage


def test_a_model_that_is_down(client, world):
    world.model.script = ("Two", down())
    with pytest.raises(openai.InternalServerError) as failed:
        client.chat.completions.create(model="any", messages=MESSAGES)
    assert (failed.value.status_code, failed.value.code) == (503, "unavailable")
    stream = client.chat.completions.create(model="any", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError, match="Ask again"):
        list(stream)


def test_a_wrong_key(url):
    with (
        openai.OpenAI(base_url=url, api_key="hd_sk_wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError) as refused,
    ):
        client.chat.completions.create(model="any", messages=MESSAGES)
    assert refused.value.code == "unauthenticated"


@pytest.mark.parametrize("messages", [[], MESSAGES[:1], [{"role": "user", "content": " "}], "x"])
def test_nothing_was_asked(client, messages):
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        client.chat.completions.create(model="any", messages=messages)
    assert refused.value.param == "messages"
