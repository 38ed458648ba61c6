"""The wire format of a chat, its heartbeats, and where a lost reader goes on."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest

from helpdesk.chat_events import ChatEvent, Delta, Done, Failed, Numbered, Sources, Start
from helpdesk.conversations import Citation, Timing, TurnUsage
from helpdesk.edge.sse import HEARTBEAT, chat_stream, last_seen, with_heartbeats
from helpdesk.errors import InvalidRequest, Unavailable
from helpdesk.ids import ConversationId, DocumentId, TurnId
from helpdesk.money import Money

pytestmark = pytest.mark.anyio

TURN = TurnId("turn_01")
CITATION = Citation("k7f3", DocumentId("doc_1"), "Returns", None, "Refunds", 2, "Send it back.")
USAGE = TurnUsage("scripted-1", 10, 5, Money(1_234), "v1")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def numbered(*events: ChatEvent) -> AsyncGenerator[Numbered, None]:
    for number, event in enumerate(events, start=1):
        yield number, event


async def written(*events: ChatEvent) -> list[tuple[str, str, dict[str, object]]]:
    blocks = [piece.decode() async for piece in chat_stream(numbered(*events), TURN, "req_1")]
    assert all(block.endswith("\n\n") and block.count("\n") == 4 for block in blocks)
    fields = [dict(line.split(": ", 1) for line in block.strip().split("\n")) for block in blocks]
    return [(each["id"], each["event"], json.loads(each["data"])) for each in fields]


async def test_a_whole_stream_on_the_wire():
    said = await written(
        Start(ConversationId("conv_1"), TURN),
        Sources((CITATION,)),
        Delta("Two\ndays ✓ [1]"),
        Done("answered", (CITATION,), USAGE, Timing(7, 20)),
    )
    citation = {
        "id": "k7f3",
        "document_id": "doc_1",
        "title": "Returns",
        "url": None,
        "heading": "Refunds",
        "page": 2,
        "snippet": "Send it back.",
    }
    usage = {
        "model": "scripted-1",
        "input_tokens": 10,
        "output_tokens": 5,
        "cost": {"amount": "0.001234", "currency": "USD"},
        "cache": "none",
        "estimated": False,
    }
    done = {
        "finish_reason": "answered",
        "citations": [citation],
        "usage": usage,
        "timing": {"first_token_ms": 7, "total_ms": 20},
    }
    assert said == [
        ("turn_01:1", "start", {"conversation_id": "conv_1", "turn_id": "turn_01"}),
        ("turn_01:2", "sources", {"citations": [citation]}),
        ("turn_01:3", "delta", {"text": "Two\ndays ✓ [1]"}),
        ("turn_01:4", "done", done),
    ]


async def test_a_failure_is_a_problem():
    ((_, name, data),) = await written(Failed(Unavailable("Ask again.")))
    assert name == "error"
    assert (data["code"], data["status"], data["request_id"]) == ("unavailable", 503, "req_1")


async def test_silence_is_filled_and_nothing_is_lost():
    speak = asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"one"
        await speak.wait()
        yield b"two"

    stream = with_heartbeats(pieces(), seconds=0.01)
    assert await anext(stream) == b"one"
    assert await anext(stream) == HEARTBEAT
    assert await anext(stream) == HEARTBEAT
    speak.set()
    assert [piece async for piece in stream if piece != HEARTBEAT] == [b"two"]


async def test_a_reader_that_leaves_closes_the_source():
    closed = asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes, None]:
        try:
            yield b"one"
            await asyncio.Event().wait()
        finally:
            closed.set()

    stream = with_heartbeats(pieces(), seconds=10)
    await anext(stream)
    await stream.aclose()
    assert closed.is_set()


@pytest.mark.parametrize(("header", "number"), [(None, 0), ("", 0), ("turn_01:7", 7)])
async def test_where_a_reader_goes_on(header, number):
    assert last_seen(header, TURN) == number


@pytest.mark.parametrize("header", ["7", "turn_02:7", "turn_01:x", "turn_01:-1", "turn_01:٣"])
async def test_an_id_of_something_else_is_refused(header):
    with pytest.raises(InvalidRequest) as refused:
        last_seen(header, TURN)
    assert refused.value.errors[0].field == "Last-Event-ID"
