"""A message in a closed conversation opens it again, and takes its resolution's bill back."""

import pytest

from helpdesk.chat_events import Done, Start
from helpdesk.conversations import Asker, ConversationStatus, RequestKey
from helpdesk.errors import NotFound
from helpdesk.resolving import Resolving
from tests.fakes.language_model import ScriptedModel
from tests.unit.chat.world import NOW, STRANGER, TARIFFS, TENANT, World, ask

pytestmark = pytest.mark.anyio


async def a_closed_conversation(world):
    """The conversation of one answered question, resolved."""
    start, *_ = await world.hear(ask())
    assert isinstance(start, Start)
    return Resolving(world.log, TARIFFS, lambda: NOW).resolve(TENANT, start.conversation, Asker())


async def test_a_message_opens_it_credits_it_and_is_answered():
    world = World(ScriptedModel("Two days."))
    closed = await a_closed_conversation(world)

    events = await world.hear(ask("And mine?", closed.id))

    assert isinstance(events[-1], Done)
    assert world.turn(events).answer == "Two days."
    head = world.log.get(TENANT, closed.id)
    assert (head.status, head.turns) == (ConversationStatus.BOT, 2)
    (credit,) = (event for event in world.log.events.values() if event.corrects)
    assert credit.corrects == closed.resolution.id
    assert credit.occurred_at == world.turn(events).started_at


async def test_a_repetition_of_the_message_credits_nothing_more():
    world = World(ScriptedModel("Two days."))
    closed = await a_closed_conversation(world)
    again = ask("And mine?", closed.id, RequestKey("k", "f"))

    first = await world.hear(again)
    repeated = await world.hear(again)

    assert isinstance(repeated[0], Start)
    assert repeated[0].replayed
    assert repeated[-1] == first[-1]
    assert len([event for event in world.log.events.values() if event.corrects]) == 1


async def test_a_stranger_opens_nothing():
    world = World(ScriptedModel("Two days."))
    closed = await a_closed_conversation(world)

    with pytest.raises(NotFound):
        await world.hear(ask("And mine?", closed.id, tenant=STRANGER))

    assert world.log.get(TENANT, closed.id) == closed
