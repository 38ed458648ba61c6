"""A turn from its claim to its settlement, whatever happens in between."""

import asyncio
import threading
from contextlib import aclosing

import pytest

from helpdesk.chat_events import Delta, Done, Failed, Sources, Start
from helpdesk.conversations import RequestKey, Turn, TurnStatus
from helpdesk.errors import IdempotencyConflict, NotFound, Unavailable
from helpdesk.ids import ConversationId
from helpdesk.model import Message, TokenUsage
from helpdesk.usage import UsageEvent
from tests.fakes.language_model import ScriptedModel, down
from tests.unit.chat.world import FIRST, SECOND, STRANGER, TENANT, World, ask

pytestmark = pytest.mark.anyio

USED = TokenUsage("answering-1", 70, 5)
ANSWER = ("Two days ", f"[{SECOND}]", f", free [{FIRST}].", USED)


async def test_an_answer_streams_and_is_settled():
    world = World(ScriptedModel(*ANSWER))
    events = await world.hear(ask())
    start, sources, *deltas, done = events
    assert isinstance(start, Start)
    assert isinstance(sources, Sources)
    assert deltas == [Delta("Two days "), Delta("[1]"), Delta(", free [2].")]
    assert isinstance(done, Done)
    assert [citation.title for citation in sources.citations] == ["Delivery", "Returns"]
    assert [citation.title for citation in done.citations] == ["Returns", "Delivery"]
    assert (done.finish_reason, done.usage.model) == ("answered", "answering-1")
    assert done.usage.cost.micros == 80
    turn = world.turn(events)
    assert (turn.status, turn.answer) == (TurnStatus.SETTLED, "Two days [1], free [2].")
    assert world.log.get(turn.tenant, turn.conversation).preview == turn.question
    (event,) = world.log.events.values()
    assert (event.subject, sum(each.cost.micros for each in event.lines)) == (turn.id, 80)
    assert world.witness.turns == [turn]


@pytest.mark.parametrize(
    "script",
    [
        ANSWER,
        ("NO_", "ANSWER", USED),
        ("Two days ", down()),
        ("Two days, no usage",),
        (down(),),
        (RuntimeError("a fault"),),
        ("cut off [k2",),
    ],
)
async def test_a_replay_is_the_very_stream(script):
    world = World(ScriptedModel(*script))
    events = await world.hear(ask())
    turn = world.turn(events)
    for after in range(len(events) + 2):
        replayed = [each async for each in world.chat.replay.events(turn, after)]
        first = min(after, len(events) - 1)
        assert [number for number, _ in replayed] == list(range(first + 1, len(events) + 1))
        # An error has no equality, but its repr says all of it.
        assert [repr(event) for _, event in replayed] == list(map(repr, events[first:]))


async def test_no_sources_no_model():
    world = World(ScriptedModel("Made up."))
    world.shelf.found = []
    events = await world.hear(ask())
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.finish_reason, done.usage.cost.micros) == ("no_answer", 0)
    assert "Fern & Oak" in world.turn(events).answer
    assert world.model.prompts == []


async def test_a_model_that_finds_nothing_is_billed_and_never_shown():
    world = World(ScriptedModel("NO_ANS", "WER", USED))
    events = await world.hear(ask())
    done = events[-1]
    assert isinstance(done, Done)
    assert (done.finish_reason, done.citations) == ("no_answer", ())
    assert (done.usage.input_tokens, done.usage.estimated) == (70, False)
    assert "NO_ANS" not in world.turn(events).answer
    assert "Fern & Oak" in world.turn(events).answer


async def test_a_model_that_breaks_off_is_billed_by_estimate():
    world = World(ScriptedModel("Two days", down()))
    events = await world.hear(ask())
    failure, done = events[-2:]
    assert isinstance(failure, Failed)
    assert isinstance(done, Done)
    assert failure.error.code == "unavailable"
    assert (done.finish_reason, done.usage.output_tokens) == ("error", 2)
    assert (done.usage.estimated, done.usage.model) == (True, "scripted-1")
    assert world.turn(events).answer == "Two days"
    assert [event.estimated for event in world.log.events.values()] == [True]


async def test_a_model_that_never_spoke_is_not_billed():
    world = World(ScriptedModel(down()))
    done = (await world.hear(ask()))[-1]
    assert isinstance(done, Done)
    assert (done.finish_reason, done.usage.input_tokens) == ("error", 0)


async def test_a_search_that_fails_ends_the_turn_in_order():
    world = World(ScriptedModel(*ANSWER))
    world.shelf.found = Unavailable("The index does not answer.")
    events = await world.hear(ask())
    assert [type(event) for event in events] == [Start, Sources, Failed, Done]
    assert world.turn(events).error_code == "unavailable"


async def test_a_fault_of_ours_is_told_to_us_and_not_to_the_customer():
    world = World(ScriptedModel(RuntimeError("secret")))
    events = await world.hear(ask())
    failure = events[-2]
    assert isinstance(failure, Failed)
    assert (failure.error.code, "secret" in failure.error.detail) == ("internal_error", False)
    assert [str(error) for error in world.witness.errors] == ["secret"]


async def test_a_model_that_hangs_is_hung_up_on():
    world = World(ScriptedModel("Two", asyncio.Event()), turn_seconds=0.05)
    events = await world.hear(ask())
    assert world.model.hung_up
    assert world.turn(events).error_code == "unavailable"


async def test_a_reader_that_leaves_loses_nothing_of_the_turn():
    go_on = asyncio.Event()
    world = World(ScriptedModel("Two ", go_on, "days.", USED))
    async with aclosing(world.chat.answer(ask())) as events:
        heard = [(await anext(events))[1] for _ in range(3)]
    assert heard[-1] == Delta("Two ")
    go_on.set()
    await world.chat.drain()
    turn = world.turn(heard)
    assert (turn.answer, turn.finish_reason) == ("Two days.", "answered")
    assert len(world.log.events) == 1


async def test_an_unknown_conversation_is_refused_before_anything():
    world = World(ScriptedModel(*ANSWER))
    mine = world.turn(await world.hear(ask())).conversation
    prompts = len(world.model.prompts)
    for question in (ask(conversation=ConversationId("conv_x")), ask("?", mine, tenant=STRANGER)):
        with pytest.raises(NotFound):
            await world.hear(question)
    assert (len(world.model.prompts), len(world.log.events)) == (prompts, 1)


async def test_a_log_that_fails_at_the_end_still_ends_the_stream(monkeypatch):
    world = World(ScriptedModel(*ANSWER))

    def full(turn: Turn, event: UsageEvent) -> bool:
        raise Unavailable("The database is busy.")

    monkeypatch.setattr(world.log, "settle", full)
    *_, failure, done = await world.hear(ask())
    assert isinstance(failure, Failed)
    assert isinstance(done, Done)
    assert done.finish_reason == "error"
    assert len(world.witness.errors) == 1


async def test_the_model_is_told_what_was_said_before():
    world = World(ScriptedModel(*ANSWER))
    conversation = world.turn(await world.hear(ask())).conversation
    await world.hear(ask("And abroad?", conversation))
    assert world.model.prompts[-1][1:] == (
        Message("user", "How long does a parcel take?"),
        Message("assistant", "Two days, free."),
        Message("user", "And abroad?"),
    )


async def test_what_is_independent_runs_at_once(monkeypatch):
    world = World(ScriptedModel(*ANSWER))
    conversation = world.turn(await world.hear(ask())).conversation
    together = threading.Barrier(4, timeout=5)
    for port, method in (
        (world.log, "claim"),
        (world.log, "turns"),
        (world.shelf, "search"),
        (world.chat.tenants, "get"),
    ):
        original = getattr(port, method)

        def meeting(*args, original=original, **named):
            together.wait()
            return original(*args, **named)

        monkeypatch.setattr(port, method, meeting)
    done = (await world.hear(ask("And abroad?", conversation)))[-1]
    assert isinstance(done, Done)
    assert done.finish_reason == "answered"


async def test_a_repeated_request_is_answered_from_the_log():
    world = World(ScriptedModel(*ANSWER))
    key = RequestKey("order-1", "same")
    first = await world.hear(ask(request=key))
    again = await world.hear(ask(request=key))
    start = again[0]
    assert isinstance(start, Start)
    assert start.replayed
    assert again[1:] == first[1:]
    assert (len(world.log.events), len(world.model.prompts)) == (1, 1)
    stranger = await world.hear(ask(request=key, tenant=STRANGER))
    assert world.turn(stranger, STRANGER).id != world.turn(first).id


async def test_a_request_repeated_while_it_runs_waits_for_the_answer():
    go_on = asyncio.Event()
    world = World(ScriptedModel("Two ", go_on, "days.", USED))
    key = RequestKey("order-1", "same")
    async with aclosing(world.chat.answer(ask(request=key))) as first:
        await anext(first)
        async with aclosing(world.chat.answer(ask(request=key))) as again:
            number, start = await anext(again)
            assert (number, isinstance(start, Start)) == (1, True)
            go_on.set()
            rest = [event async for _, event in again]
    assert rest[1:-1] == [Delta("Two "), Delta("days.")]
    assert len(world.model.prompts) == 1


async def test_a_request_key_of_another_request_is_refused():
    world = World(ScriptedModel(*ANSWER))
    await world.hear(ask(request=RequestKey("order-1", "one")))
    with pytest.raises(IdempotencyConflict):
        await world.hear(ask(request=RequestKey("order-1", "other")))
    assert len(world.log.events) == 1


async def test_a_turn_that_never_ends_ends_in_an_error_for_who_waits():
    hangs = asyncio.Event()
    world = World(ScriptedModel("Two", hangs), turn_seconds=0.3)
    async with aclosing(world.chat.answer(ask())) as events:
        start = (await anext(events))[1]
        assert isinstance(start, Start)
        turn = await world.chat.replay.turn(TENANT, start.conversation, start.turn)
        replay = type(world.chat.replay)(world.log, patience_seconds=0)
        waited = [event async for event in replay.events(turn, after=2)]
    assert [(number, type(event)) for number, event in waited] == [(3, Failed), (4, Done)]
    hangs.set()
    await world.chat.drain()
