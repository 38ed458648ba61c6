"""A wish calls its tool; a question about how things are is left to the articles.

Measured against what the real help centre's nearest passages say to each sentence.
"""

import asyncio
from copy import deepcopy
from html import escape

import numpy as np
import pytest

from benchmarks.questions import help_centre
from local.model_server.agent import Agent, Call
from local.model_server.answerer import Answerer
from local.model_server.offered_tools import OfferedTool, Parameter
from local.model_server.requests import ChatRequest
from local.model_server.tool_choice import NAMED_BONUS, best_fit
from tests.unit.model_server.wishes import NOTHING_TO_CALL, WISHES, offered

PASSAGES = 6


@pytest.fixture(scope="module")
def replies(embedder):
    """Which tool is called or asked for, None for neither, by sentence."""
    sentences = [*NOTHING_TO_CALL, *(wish for wishes in WISHES.values() for wish in _lines(wishes))]
    return dict(zip(sentences, asyncio.run(_chosen(embedder, sentences)), strict=True))


def _lines(text: str) -> list[str]:
    return text.splitlines()


async def _chosen(embedder, sentences):
    passages = help_centre().passages
    texts = [f"{passage.heading or ''}\n{passage.text}" for passage in passages]
    vectors = (await embedder.embed(texts, "documents")).vectors
    agent = Agent(Answerer(embedder))
    chosen = []
    for sentence, asked in zip(
        sentences, (await embedder.embed(sentences, "question")).vectors, strict=True
    ):
        nearest = np.argsort(-(vectors @ asked))[:PASSAGES]
        sources = "".join(_source(at, passages[at]) for at in nearest)
        chosen.append(await _tool_in(agent, f"<sources>{sources}</sources>", sentence))
    return chosen


def _source(at, passage) -> str:
    heading = escape(passage.heading or "")
    return f'<source id="k{at}" title="" heading="{heading}">{escape(passage.text)}</source>'


async def _tool_in(agent, system, sentence):
    messages = [{"role": "system", "content": system}, {"role": "user", "content": sentence}]
    asked = {"model": "m", "messages": messages, "tools": _asking_by_name()}
    reply = await agent.reply(ChatRequest.model_validate(asked))
    if isinstance(reply, Call):
        return reply.name
    return next((tool for tool in WISHES if tool in reply), None)


def _asking_by_name():
    """The tools, whose questions tell which of them asks."""
    tools = [deepcopy(tool) for tool in offered()]
    for tool in tools:
        for schema in tool["function"]["parameters"]["properties"].values():
            schema["description"] = tool["function"]["name"]
    return tools


@pytest.mark.parametrize(
    ("tool", "wish"), [(tool, wish) for tool, wishes in WISHES.items() for wish in _lines(wishes)]
)
def test_a_wish_calls_its_tool(replies, tool, wish):
    assert replies[wish] == tool


def test_whatever_else_is_said_calls_nothing(replies):
    assert {each: replies[each] for each in NOTHING_TO_CALL if replies[each]} == {}


@pytest.mark.anyio
async def test_a_named_number_speaks_for_the_tool_that_takes_such(embedder):
    number = Parameter("ticket", {"pattern": "^T-[0-9]{3}$"})
    tool = OfferedTool("close", "Close a ticket", ("Close ticket T-111",), (number,), ("ticket",))
    vectors = Answerer(embedder).vectors
    without = await best_fit("Close ticket", [tool], vectors)
    named = await best_fit("Close ticket T-222", [tool], vectors)
    assert without
    assert named
    assert named.score == pytest.approx(without.score + NAMED_BONUS)


@pytest.mark.anyio
async def test_without_tools_or_words_nothing_fits(embedder):
    vectors = Answerer(embedder).vectors
    assert await best_fit("Close ticket", [], vectors) is None
    empty = OfferedTool("t", "", (), (), ())
    fit = await best_fit("Close ticket", [empty], vectors)
    assert fit
    assert fit.score == 0
