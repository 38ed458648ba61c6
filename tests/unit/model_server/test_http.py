"""The server speaks OpenAI's API as OpenAI's own client does."""

import socket
import subprocess
import sys

import httpx2
import openai
import pytest

from local.model_server.app import create_app
from tests.unit.model_server.wishes import offered

pytestmark = pytest.mark.anyio

SOURCES = (
    '<sources><source id="k2ab" title="Gift cards" heading="">Gift cards never expire.</source>'
    "</sources>"
)
PROMPT = [
    {"role": "system", "content": SOURCES},
    {"role": "user", "content": [{"type": "text", "text": "Do gift cards expire?"}]},
]
WISH = {"role": "user", "content": "Please refund €20 for LF-1042"}
EMBEDDINGS = "all-MiniLM-L6-v2"
ANSWERS = "helpdesk-extractive-1"


@pytest.fixture
async def http(embedder):
    transport = httpx2.ASGITransport(create_app(embedder))
    async with httpx2.AsyncClient(transport=transport, base_url="http://model") as client:
        yield client


@pytest.fixture
def client(http):
    return openai.AsyncOpenAI(
        base_url="http://model/v1", api_key="none", http_client=http, max_retries=0
    )


async def test_a_loaded_server_is_healthy(http):
    assert (await http.get("/health")).status_code == 200


async def test_models_are_listed(client):
    assert [model.id async for model in client.models.list()] == [EMBEDDINGS, ANSWERS]


async def test_base64_and_float_embeddings_are_the_same(client):
    texts = ["Where is my parcel?", "Do gift cards expire?"]
    packed = await client.embeddings.create(model=EMBEDDINGS, input=texts)  # base64, unpacked
    plain = await client.embeddings.create(model=EMBEDDINGS, input=texts, encoding_format="float")
    assert [len(each.embedding) for each in packed.data] == [384, 384]
    for one, other in zip(packed.data, plain.data, strict=True):
        assert one.index == other.index
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    assert packed.usage.prompt_tokens == packed.usage.total_tokens == 15


async def test_an_answer_at_once(client):
    completion = await client.chat.completions.create(model=ANSWERS, messages=PROMPT)
    assert completion.choices[0].message.content == "Gift cards never expire. [k2ab]"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.model == ANSWERS
    assert completion.usage.total_tokens > completion.usage.completion_tokens > 4


async def test_a_streamed_answer_comes_word_by_word_with_its_usage_last(client):
    stream = await client.chat.completions.create(
        model=ANSWERS, messages=PROMPT, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    words = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert words == ["Gift ", "cards ", "never ", "expire. ", "[k2ab]"]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert not chunks[-1].choices
    assert chunks[-1].usage.completion_tokens > 4
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_a_stream_carries_no_usage_unasked(client):
    stream = await client.chat.completions.create(model=ANSWERS, messages=PROMPT, stream=True)
    assert [chunk.usage async for chunk in stream if chunk.usage or not chunk.choices] == []


async def test_a_call_at_once(client):
    completion = await client.chat.completions.create(
        model=ANSWERS, messages=[WISH], tools=offered()
    )
    choice = completion.choices[0]
    assert (choice.finish_reason, choice.message.content) == ("tool_calls", None)
    [call] = choice.message.tool_calls
    assert (call.type, call.function.name) == ("function", "refund_order")
    assert call.function.arguments == '{"order_id":"LF-1042","amount":"20.00"}'
    assert call.id.startswith("call_")
    assert completion.usage.prompt_tokens > 100  # the tools are read as well
    assert completion.usage.completion_tokens > 5


async def test_a_streamed_call_comes_in_pieces_that_the_first_one_names(client):
    stream = await client.chat.completions.create(
        model=ANSWERS,
        messages=[WISH],
        tools=offered(),
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    pieces = [delta.tool_calls[0] for delta in deltas if delta.tool_calls]
    first, *others = pieces
    assert deltas[0].role == "assistant"
    assert (first.type, first.function.name, first.function.arguments) == (
        *("function", "refund_order", ""),
    )
    assert {piece.index for piece in pieces} == {0}
    assert [(piece.id, piece.function.name) for piece in others] == [(None, None)] * len(others)
    written = [piece.function.arguments for piece in others]
    assert len(written) > 3
    assert "".join(written) == '{"order_id":"LF-1042","amount":"20.00"}'
    assert all(delta.content is None for delta in deltas)
    assert chunks[-2].choices[0].finish_reason == "tool_calls"
    assert chunks[-1].usage.completion_tokens > 5


async def test_a_tools_answer_is_taken_and_read_out(client):
    asked = await client.chat.completions.create(model=ANSWERS, messages=[WISH], tools=offered())
    called = asked.choices[0].message.model_dump(exclude_none=True)
    told = {
        "role": "tool",
        "tool_call_id": called["tool_calls"][0]["id"],
        "content": '{"status": "paid"}',
    }
    read = await client.chat.completions.create(
        model=ANSWERS, messages=[WISH, called, told], tools=offered()
    )
    assert read.choices[0].message.content == "Here is what I found: status paid."
    assert read.choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("path", "body", "status", "param"),
    [
        ("embeddings", {"model": EMBEDDINGS, "input": ""}, 400, "input"),
        ("embeddings", {"model": EMBEDDINGS, "input": "a", "dimensions": 5}, 400, "dimensions"),
        ("embeddings", {"model": "text-embedding-3-small", "input": "a"}, 404, "model"),
        ("chat/completions", {"model": ANSWERS, "messages": []}, 400, "messages"),
        ("chat/completions", {"model": "gpt-5", "messages": PROMPT}, 404, "model"),
        ("chat/completions", {"model": ANSWERS, "messages": PROMPT, "tools": [{}]}, 400, "tools"),
        ("chat/completions", "not an object", 400, None),
        ("completions", {}, 404, None),
    ],
)
async def test_errors_have_openais_shape(http, path, body, status, param):
    answer = await http.post(f"/v1/{path}", json=body)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["type"], error["param"]) == ("invalid_request_error", param)
    assert error["message"]


def test_a_taken_port_ends_the_process_with_the_reason(graph_cache):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "local.model_server", "--port", port, "--cache", graph_cache],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode != 0
    assert "address already in use" in ended.stderr
