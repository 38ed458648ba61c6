"""Whole talks: a wish, what is missing, the call, and its answer read out."""

import json

import pytest

from local.model_server.agent import Agent, Call
from local.model_server.answerer import NO_ANSWER, Answerer
from local.model_server.requests import ChatRequest
from tests.unit.model_server.wishes import LOOK_UP, REFUND, offered

pytestmark = pytest.mark.anyio

SOURCES = (
    '<sources><source id="k2ab" title="Gift cards" heading="">Gift cards never expire.</source>'
    '<source id="k7f3" title="Returns" heading="How to return">To return something, go to My '
    "orders and press Return items.</source></sources>"
)
WHICH_ORDER = "What is the order number? It looks like LF-1042 and is in the confirmation e-mail."
HOW_MUCH = "What is the amount? How many euros to pay back, such as 20.00."


@pytest.fixture
def agent(embedder):
    return Agent(Answerer(embedder))


@pytest.fixture
def say(agent):
    """The reply to a talk in which user and assistant take turns, or to messages as they are."""

    async def reply(*talk, **more):
        roles = ("user", "assistant")
        messages = [
            {"role": roles[at % 2], "content": each} if isinstance(each, str) else each
            for at, each in enumerate(talk)
        ]
        system = {"role": "system", "content": SOURCES}
        asked = {"model": "m", "messages": [system, *messages], "tools": offered(), **more}
        return await agent.reply(ChatRequest.model_validate(asked))

    return reply


def called(reply) -> tuple[str, dict[str, str]]:
    assert isinstance(reply, Call), reply
    return reply.name, json.loads(reply.arguments)


async def test_a_complete_wish_is_called(say):
    assert called(await say("Where is my order LF-1042?")) == (LOOK_UP, {"order_id": "LF-1042"})
    assert called(await say("Please refund €20 for LF-1042")) == (
        REFUND,
        {"order_id": "LF-1042", "amount": "20.00"},
    )


async def test_a_question_is_answered_from_the_sources(say):
    assert await say("Do gift cards expire?") == "Gift cards never expire. [k2ab]"
    assert await say("How do I return something?") == (
        "To return something, go to My orders and press Return items. [k7f3]"
    )


async def test_what_is_missing_is_asked_for_until_nothing_is(say):
    talk = ["I want a refund"]
    assert await say(*talk) == WHICH_ORDER
    talk += [WHICH_ORDER, "LF-1042"]
    assert await say(*talk) == HOW_MUCH
    talk += [HOW_MUCH, "20"]
    assert called(await say(*talk)) == (REFUND, {"order_id": "LF-1042", "amount": "20.00"})


async def test_the_wish_behind_a_question_decides_between_the_tools(say):
    assert called(await say("Where is my order?", WHICH_ORDER, "it is lf-1042")) == (
        LOOK_UP,
        {"order_id": "LF-1042"},
    )


async def test_an_order_of_before_is_remembered(say):
    first, told = "Where is my order LF-1042?", "Here is what I found: status shipped."
    assert await say(first, told, "I want a refund for it, please") == HOW_MUCH


async def test_who_changes_the_subject_is_followed(say):
    answer = await say("I want a refund", WHICH_ORDER, "Do gift cards expire?")
    assert answer == "Gift cards never expire. [k2ab]"


async def test_an_answer_that_is_none_is_asked_again(say):
    assert await say("I want a refund", WHICH_ORDER, "I have no idea, sorry") == WHICH_ORDER
    assert await say("I want a refund", WHICH_ORDER, "number 99") == WHICH_ORDER


async def test_who_does_not_want_it_any_more_is_not_asked_again(say):
    assert await say("I want a refund", WHICH_ORDER, "Never mind") == NO_ANSWER


async def test_an_order_number_alone_calls_nothing(say):
    assert await say("LF-1042") == NO_ANSWER


async def test_a_tools_answer_is_read_out(say):
    call = {"id": "c1", "type": "function", "function": {"name": LOOK_UP, "arguments": "{}"}}
    asked = {"role": "assistant", "content": None, "tool_calls": [call]}
    one = {"role": "tool", "tool_call_id": "c1", "content": '{"status": "shipped"}'}
    two = {"role": "tool", "tool_call_id": "c2", "content": '{"error": "No such order"}'}
    assert await say("Where is LF-1042?", asked, one, two) == (
        "Here is what I found: status shipped. I could not find that: No such order."
    )


async def test_what_is_asked_after_a_tools_answer_counts_again(say):
    one = {"role": "tool", "tool_call_id": "c1", "content": '{"status": "shipped"}'}
    question = {"role": "user", "content": "Do gift cards expire?"}
    assert await say("Where is LF-1042?", one, question) == "Gift cards never expire. [k2ab]"


async def test_without_tools_a_wish_is_only_a_question(say):
    assert await say("Please refund €20 for LF-1042", tools=[]) == NO_ANSWER
    assert await say("Please refund €20 for LF-1042", tool_choice="none") == NO_ANSWER


async def test_who_insists_gets_a_call(say):
    insisted = await say("Hello, it is about LF-1042", tool_choice="required")
    assert called(insisted)[1] == {"order_id": "LF-1042"}
    choice = {"type": "function", "function": {"name": REFUND}}
    assert called(await say("Hello", tool_choice=choice)) == (REFUND, {})


async def test_the_same_talk_gets_the_same_call_and_another_talk_another_id(say):
    first, again = await say("Where is LF-1042?"), await say("Where is LF-1042?")
    assert first == again
    later = await say("Where is LF-1042?", "It is shipped.", "Where is LF-1042?")
    assert (later.name, later.arguments) == (first.name, first.arguments)
    assert later.id != first.id


async def test_any_tenants_tool_will_do(agent):
    book = {
        "name": "book_table",
        "description": "Book a table.\nExample: I'd like to book a table\nExample: A table for two",
        "parameters": {
            "type": "object",
            "properties": {
                "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$", "title": "Day"},
                "place": {"enum": ["inside", "terrace"]},
                "guests": {"type": "integer", "description": "How many guests will come?"},
            },
            "required": ["day", "place", "guests"],
        },
    }
    talk = ["Could you book a table on the terrace for 2026-12-01?", "How many guests will come?"]
    messages = [
        {"role": "user", "content": talk[0]},
        {"role": "assistant", "content": talk[1]},
        {"role": "user", "content": "We are 4"},
    ]
    asked = {"model": "m", "tools": [{"type": "function", "function": book}]}
    first = ChatRequest.model_validate(asked | {"messages": messages[:1]})
    assert await agent.reply(first) == talk[1]
    whole = ChatRequest.model_validate(asked | {"messages": messages})
    assert called(await agent.reply(whole)) == (
        "book_table",
        {"day": "2026-12-01", "place": "terrace", "guests": 4},
    )
