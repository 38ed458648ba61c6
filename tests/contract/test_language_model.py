"""What a LanguageModel promises, of the fake and of the adapter with a real endpoint."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing

import pytest

from helpdesk.adapters.openai.language_model import OpenAILanguageModel
from helpdesk.errors import Unavailable
from helpdesk.model import Message, Piece, TokenUsage, ToolCall, ToolOffer
from helpdesk.ports import LanguageModel
from tests.fakes.http_server import serving
from tests.fakes.language_model import ScriptedModel, down
from tests.fakes.openai_endpoint import FAULTS, PIECES, STREAM_FAULTS, OpenAIEndpoint

pytestmark = pytest.mark.anyio

PROMPT = (
    Message("system", "Answer from the sources."),
    Message("user", "Hello"),
    Message("assistant", "Hello!"),
    Message("user", "How long does a parcel take?"),
)
USAGE = TokenUsage("answering-1", 70, 5)

Said = Sequence[Piece | ToolCall | TokenUsage]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[tuple[OpenAIEndpoint, str]]:
    fake = OpenAIEndpoint()
    with serving(fake.app) as url:
        yield fake, f"{url}/v1"


@pytest.fixture
async def openai(
    endpoint: tuple[OpenAIEndpoint, str],
) -> AsyncGenerator[Callable[[str], OpenAILanguageModel], None]:
    async with AsyncExitStack() as opened:

        def at(behaviour: str, url: str = endpoint[1]) -> OpenAILanguageModel:
            model = OpenAILanguageModel(url, "", behaviour, 0.3)
            opened.push_async_callback(model.aclose)
            return model

        yield at


@pytest.fixture(params=["scripted", "openai"])
def model(request: pytest.FixtureRequest, openai: Callable[[str], LanguageModel]) -> LanguageModel:
    return ScriptedModel(*PIECES, USAGE) if request.param == "scripted" else openai("behaves")


@pytest.fixture(params=["scripted", "openai"])
def broken(request: pytest.FixtureRequest, openai: Callable[[str], LanguageModel]) -> LanguageModel:
    return ScriptedModel(PIECES[0], down()) if request.param == "scripted" else openai("drops")


async def read(answer: AsyncGenerator[Piece | ToolCall | TokenUsage, None]) -> Said:
    async with aclosing(answer):
        return [said async for said in answer]


async def test_pieces_come_as_they_are_and_usage_last(model: LanguageModel):
    assert await read(model.stream(PROMPT)) == [*map(Piece, PIECES), USAGE]


async def test_two_answers_at_once_do_not_mix(model: LanguageModel):
    async with aclosing(model.stream(PROMPT)) as first:
        assert await anext(first) == Piece(PIECES[0])
        assert (await read(model.stream(PROMPT)))[-1] == USAGE
        assert await anext(first) == Piece(PIECES[1])


async def test_what_was_said_before_a_fault_is_kept(broken: LanguageModel):
    async with aclosing(broken.stream(PROMPT)) as answer:
        assert await anext(answer) == Piece(PIECES[0])
        with pytest.raises(Unavailable):
            await anext(answer)


async def test_the_whole_prompt_is_asked(openai, endpoint):
    await read(openai("behaves").stream(PROMPT))
    asked = endpoint[0].requests[-1]
    assert [(each["role"], each["content"]) for each in asked["messages"]] == [
        (message.role, message.content) for message in PROMPT
    ]
    assert asked["stream_options"] == {"include_usage": True}


async def test_a_model_need_not_say_what_it_used(openai):
    assert await read(openai("no_usage").stream(PROMPT)) == [*map(Piece, PIECES)]


@pytest.mark.parametrize("fault", [*FAULTS, *STREAM_FAULTS])
async def test_every_fault_is_unavailable(openai, fault):
    with pytest.raises(Unavailable):
        await read(openai(fault).stream(PROMPT))


async def test_a_fault_is_not_asked_again(openai, endpoint):
    before = len(endpoint[0].requests)
    with pytest.raises(Unavailable):
        await read(openai("status_429").stream(PROMPT))
    assert len(endpoint[0].requests) == before + 1


async def test_nobody_there_is_unavailable(openai):
    with pytest.raises(Unavailable):
        await read(openai("behaves", "http://127.0.0.1:9/v1").stream(PROMPT))


async def test_a_reader_that_leaves_hangs_up(openai, endpoint):
    endpoint[0].left.clear()
    async with aclosing(openai("hangs_later").stream(PROMPT)) as answer:
        await anext(answer)
    assert endpoint[0].left.wait(5)


CALLS = (ToolCall("c1", "look", '{"order": 7}'), ToolCall("c2", "pay", "{}"))
OFFERS = (ToolOffer("look", "Looks.", {"type": "object"}), ToolOffer("pay", "Pays.", {}))


@pytest.fixture(params=["scripted", "openai"])
def caller(request: pytest.FixtureRequest, openai: Callable[[str], LanguageModel]) -> LanguageModel:
    return ScriptedModel(*CALLS) if request.param == "scripted" else openai("calls")


async def test_calls_of_tools_come_whole_and_in_order(caller: LanguageModel):
    assert await read(caller.stream(PROMPT, OFFERS)) == [*CALLS]


async def test_tools_calls_and_their_answers_are_sent_as_the_api_takes_them(
    openai: Callable[[str], OpenAILanguageModel], endpoint: tuple[OpenAIEndpoint, str]
):
    talk = (*PROMPT, Message("assistant", "", calls=CALLS[:1]), Message("tool", "{}", call_id="c1"))

    await read(openai("behaves").stream(talk, OFFERS))

    sent = endpoint[0].requests[-1]
    assert sent["messages"][-2]["tool_calls"] == [
        {
            "id": "c1",
            "type": "function",
            "function": {"name": "look", "arguments": '{"order": 7}'},
        }
    ]
    assert sent["messages"][-1] == {"role": "tool", "content": "{}", "tool_call_id": "c1"}
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["look", "pay"]
    await read(openai("behaves").stream(PROMPT))
    assert "tools" not in endpoint[0].requests[-1]
