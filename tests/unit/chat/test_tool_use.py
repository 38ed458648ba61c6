"""Tools in a chat: looked up inline, proposed and confirmed before they act, and told truly."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.actions import ActionStatus
from helpdesk.chat_events import ActionTold, Delta, Done
from helpdesk.conversations import EndUser
from helpdesk.errors import Conflict
from helpdesk.model import TokenUsage, ToolCall
from helpdesk.money import Money
from helpdesk.tool_calls import Answered, NoAnswer
from helpdesk.tools import Endpoint, Limit, Tool
from tests.fakes.language_model import ScriptedModel
from tests.unit.chat.world import NOW, TENANT, World, ask

pytestmark = pytest.mark.anyio

ADA = EndUser("cus_ada")
LOOK = ToolCall("c1", "look_up_order", '{"order_id": "LF-1042"}')
REFUND = ToolCall("c2", "refund_order", '{"order_id": "LF-1042", "amount": "20.00"}')
ARGUMENTS = {"order_id": "LF-1042", "amount": "20.00", "customer_id": "cus_ada"}


def a_tool(name="refund_order", **changes):
    fields = {
        "tenant": TENANT,
        "name": name,
        "description": "Refund an order.",
        "parameters": {"type": "object", "properties": {}},
        "effect": "write",
        "endpoint": Endpoint("POST", "https://shop.example/refunds"),
        "updated_at": NOW,
        "confirmation": "customer",
        "idempotency": "key",
        "limits": (Limit("amount", Money.of("50.00", "EUR"), "order"),),
        "order_field": "order_id",
        "end_user_field": "customer_id",
    }
    return Tool(**(fields | changes))


def a_world(*script, **tool):
    world = World(ScriptedModel(*script))
    world.tools.put(a_tool(**tool))
    reading = a_tool("look_up_order", effect="read", confirmation="none", limits=())
    world.tools.put(replace(reading, description="Look up an order."))
    return world


def by_ada(text="My money back for LF-1042, please", conversation=None):
    return replace(ask(text, conversation), end_user=ADA)


async def talk(world, *texts, question=by_ada):
    """Says one thing after the other in one conversation; the events of the last answer."""
    conversation, events = None, []
    for text in texts:
        events = await world.hear(question(text, conversation))
        conversation = events[0].conversation
    return events


def told(events):
    return [event.action.status for event in events if isinstance(event, ActionTold)]


def said(events):
    return "".join(event.text for event in events if isinstance(event, Delta))


def reason(events):
    assert isinstance(events[-1], Done)
    return events[-1].finish_reason


async def test_what_is_looked_up_reaches_the_model_as_data_and_the_customer_as_an_event():
    world = a_world(LOOK, None, "It is on its way.")
    world.shop.replies.append(Answered(200, {"status": "shipped", "weight": 1.5}))

    events = await talk(world, "Where is LF-1042?")

    ((tool, arguments, _),) = world.shop.calls
    assert (tool, arguments) == (
        "look_up_order",
        {"order_id": "LF-1042", "customer_id": "cus_ada"},
    )
    assert told(events) == [ActionStatus.SUCCEEDED]
    assert (said(events), reason(events)) == ("It is on its way.", "answered")
    *_, asked, answered = world.model.prompts[1]
    assert asked.calls == (LOOK,)
    assert (answered.role, answered.call_id) == ("tool", "c1")
    assert json.loads(answered.content) == {"status": "shipped", "weight": 1.5}


async def test_the_same_look_up_is_made_once_in_a_turn():
    world = a_world(LOOK, replace(LOOK, id="c9"), None, LOOK, None, "Shipped.")
    await talk(world, "Where is LF-1042?")
    assert len(world.shop.calls) == 1


async def test_the_model_never_sees_or_names_the_customer():
    world = a_world("Hello.", name="refund_order")
    properties: dict[str, object] = {"order_id": {}, "customer_id": {}}
    schema = {"type": "object", "properties": properties, "required": ["order_id", "customer_id"]}
    world.tools.put(a_tool(parameters=schema))
    await talk(world, "Hi")
    (offer,) = [each for each in world.model.offered[0] if each.name == "refund_order"]
    assert offer.parameters["properties"] == {"order_id": {}}
    assert offer.parameters["required"] == ["order_id"]


@pytest.mark.parametrize("claimed", ["cus_ben", ["cus_ada"], None, 7])
async def test_a_model_that_names_another_customer_gets_nothing_done(claimed):
    call = ToolCall("c", "refund_order", json.dumps({**ARGUMENTS, "customer_id": claimed}))
    world = a_world(call)
    events = await talk(world, "For Ben")
    assert world.shop.calls == []
    assert told(events) == []
    assert said(events).startswith("I can't do that.")


async def test_nobody_who_has_not_signed_in_gets_anything_of_a_customers():
    for call in (LOOK, REFUND):
        world = a_world(call)
        events = await talk(world, "LF-1042", question=ask)
        assert world.shop.calls == []
        assert "signed in" in said(events)


async def test_a_refund_is_shown_first_and_done_once_after_a_yes():
    world = a_world(REFUND)

    shown = await talk(world, "My money back for LF-1042, 20 euros")
    assert told(shown) == [ActionStatus.AWAITING_CONFIRMATION]
    assert reason(shown) == "awaiting_confirmation"
    assert "order id LF-1042, amount 20.00" in said(shown)
    assert world.shop.calls == []

    done = await world.hear(by_ada("Yes, please", shown[0].conversation))
    ((_, arguments, key),) = world.shop.calls
    assert arguments == ARGUMENTS
    assert told(done) == [ActionStatus.RUNNING, ActionStatus.SUCCEEDED]
    assert key == done[2].action.id
    assert said(done).startswith("One moment, please.\n\nDone: ")
    assert reason(done) == "action"
    assert len(world.model.prompts) == 1

    again = await world.hear(by_ada("Yes", shown[0].conversation))
    assert len(world.shop.calls) == 1
    assert "Done: " in said(again)


async def test_a_no_leaves_everything_as_it_is():
    world = a_world(REFUND)
    events = await talk(world, "My money back", "No, thanks")
    assert told(events) == [ActionStatus.REJECTED]
    assert world.shop.calls == []
    assert "nothing was done" in said(events)


async def test_a_yes_with_a_but_is_no_yes():
    other = ToolCall("c3", "refund_order", '{"order_id": "LF-1042", "amount": "10.00"}')
    world = a_world(REFUND, None, other)

    events = await talk(world, "My money back", "Yes, but only 10 euros")

    assert told(events) == [ActionStatus.AWAITING_CONFIRMATION]
    assert "amount 10.00" in said(events)
    assert world.shop.calls == []


async def test_a_yes_that_comes_too_late_asks_again():
    world = a_world(REFUND)
    shown = await talk(world, "My money back")
    world.now += timedelta(hours=1)

    late = await world.hear(by_ada("yes", shown[0].conversation))

    assert world.shop.calls == []
    assert told(late) == [ActionStatus.AWAITING_CONFIRMATION]
    assert said(late).startswith("I can do this for you")


async def test_a_model_that_asks_three_times_refunds_once():
    world = a_world(REFUND, replace(REFUND, id="c3"), confirmation="none")
    events = await talk(world, "My money back", "My money back!", "And now?")
    assert len(world.shop.calls) == 1
    assert said(events).startswith("Done: ")


BIG = ToolCall("c", "refund_order", '{"order_id": "LF-1042", "amount": "30.00"}')
TOO_BIG = ToolCall("c", "refund_order", '{"order_id": "LF-1042", "amount": "50.01"}')


async def test_a_limit_across_conversations_holds_until_a_colleague_says_otherwise():
    world = a_world(BIG, confirmation="none")
    assert "Done" in said(await talk(world, "30 euros back"))
    over = await talk(world, "30 euros back, again")
    assert told(over) == [ActionStatus.AWAITING_CONFIRMATION]
    assert (
        "This is over the limit of 50.00 EUR per order; a colleague will decide. "
        "Nothing is done yet."
    ) in said(over)
    assert len(world.shop.calls) == 1


async def test_a_yes_to_what_has_no_room_any_more_leads_to_a_colleague():
    world = a_world(BIG)
    one, two = await talk(world, "30 back"), await talk(world, "30 back")
    assert "Done" in said(await world.hear(by_ada("yes", one[0].conversation)))
    over = await world.hear(by_ada("yes", two[0].conversation))
    assert told(over) == [ActionStatus.AWAITING_CONFIRMATION]
    assert "over the limit of 50.00 EUR per order" in said(over)
    assert len(world.shop.calls) == 1


async def test_a_colleague_lets_it_go_over_the_limit_once_and_no_customer_does():
    world = a_world(TOO_BIG, None, "I see.")
    asked = await talk(world, "My money back")
    (action,) = world.turn(asked).actions
    assert "over the limit of 50.00 EUR per order" in said(asked)

    await world.hear(by_ada("yes", asked[0].conversation))
    assert world.shop.calls == []

    for _ in range(2):
        world.decide(action.id, "approve")
    world.work()
    assert [arguments["amount"] for _, arguments, _ in world.shop.calls] == ["50.01"]
    (logged,) = world.turn(asked).latest_actions
    assert logged.id == action.id


async def test_what_a_colleague_allowed_counts_for_those_who_come_after():
    world = a_world(TOO_BIG, None, REFUND, confirmation="none")
    asked = await talk(world, "My money back")
    world.decide(world.turn(asked).actions[0].id, "approve")
    over = await talk(world, "20 more")
    assert "over the limit" in said(over)


async def test_a_colleagues_no_stands_in_the_log_of_the_conversation():
    world = a_world(TOO_BIG)
    asked = await talk(world, "My money back")
    action = world.turn(asked).actions[0].id
    world.decide(action, "reject")
    assert world.actions.told == {(world.turn(asked).id, action): "rejected"}
    with pytest.raises(Conflict):
        world.decide(action, "approve")
    assert world.shop.calls == []


async def test_a_colleagues_yes_that_comes_too_late_does_nothing():
    world = a_world(TOO_BIG)
    asked = await talk(world, "My money back")
    world.now += timedelta(days=3)
    with pytest.raises(Conflict):
        world.decide(world.turn(asked).actions[0].id, "approve")


@pytest.mark.parametrize(
    ("idempotency", "reply", "status", "words"),
    [
        ("none", NoAnswer("hung"), ActionStatus.UNKNOWN, "A colleague will check"),
        ("key", NoAnswer("hung"), ActionStatus.UNKNOWN, "I keep asking"),
        (
            "key",
            Answered(422, {"message": "Too late for a refund."}),
            ActionStatus.FAILED,
            "Too late",
        ),
    ],
)
async def test_what_the_customer_reads_is_true(idempotency, reply, status, words):
    world = a_world(REFUND, idempotency=idempotency)
    world.shop.replies.append(reply)
    events = await talk(world, "My money back", "yes")
    assert told(events)[-1] is status
    assert words in said(events)


async def test_what_takes_longer_than_a_customer_waits_is_in_progress():
    world = a_world(REFUND)
    world.actions.outbox = type("Deaf", (list,), {"__bool__": lambda _: False})()
    events = await talk(world, "My money back", "yes")
    assert told(events) == [ActionStatus.RUNNING]
    assert "This is in progress" in said(events)


async def test_a_colleague_has_to_approve_what_says_so_whatever_the_customer_says():
    world = a_world(REFUND, None, "I see.", confirmation="agent")
    events = await talk(world, "My money back")
    assert "A colleague has to approve" in said(events)
    await world.hear(by_ada("yes", events[0].conversation))
    assert world.shop.calls == []


@pytest.mark.parametrize("arguments", ["", "[]", "{", '{"amount": "-5"}', '{"amount": 20}'])
async def test_a_call_that_makes_no_sense_goes_back_to_the_model(arguments):
    world = a_world(ToolCall("c", "refund_order", arguments), None, "Which order is it about?")
    world.tools.put(a_tool(order_field=None, limits=(Limit("amount", Money(10**9), "action"),)))
    events = await talk(world, "My money back")
    if "amount" in arguments:
        assert said(events) == "Which order is it about?"
        assert "amount" in world.model.prompts[1][-1].content
    assert world.shop.calls == []


async def test_a_tool_that_there_is_not_goes_back_to_the_model():
    world = a_world(ToolCall("c", "send_rockets", "{}"), None, "I can't do that.")
    assert said(await talk(world, "Rockets!")) == "I can't do that."


async def test_a_model_that_never_stops_calling_is_stopped():
    calls = [ToolCall(f"c{n}", "look_up_order", f'{{"order_id": "LF-{n}"}}') for n in range(9)]
    world = a_world(*[step for call in calls for step in (call, None)])
    events = await talk(world, "Everything!")
    assert len(world.model.prompts) == 5
    assert "Too many" in said(events)


async def test_a_replay_tells_the_same_in_the_same_order():
    world = a_world("Let me see. ", LOOK, None, "Shipped.")
    events = await talk(world, "Where is LF-1042?")
    turn = world.turn(events)
    replayed = [event async for _, event in world.chat.replay.events(turn, after=0)]
    assert replayed == events
    assert [type(event).__name__ for event in events][2:5] == ["Delta", "ActionTold", "Delta"]


async def test_an_action_in_the_log_stands_as_it_stands():
    world = a_world(REFUND)
    events = await talk(world, "My money back", "yes")
    turn = world.turn(events)
    (action,) = turn.latest_actions
    assert action.status is ActionStatus.SUCCEEDED
    assert [each.status for each in turn.actions] == [ActionStatus.RUNNING, ActionStatus.SUCCEEDED]


async def test_usage_of_all_rounds_is_billed():

    used = TokenUsage("m", 10, 1)
    world = a_world(LOOK, used, None, "Shipped.", used)
    events = await talk(world, "Where is LF-1042?")
    assert (events[-1].usage.input_tokens, events[-1].usage.output_tokens) == (20, 2)
