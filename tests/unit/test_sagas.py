"""A process as its customer, its colleagues and its bill see it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.acting import Acting, Proposal
from helpdesk.action_events import Approved, HumanAsked, Place
from helpdesk.action_words import telling
from helpdesk.actions import ActionStatus
from helpdesk.errors import Conflict
from helpdesk.execution import Execution
from helpdesk.ids import ConversationId, TenantId
from helpdesk.money import Money
from helpdesk.saga_steps import SagaSteps, step_id
from helpdesk.sagas import Sagas
from helpdesk.tool_calls import Answered, NoAnswer
from helpdesk.tools import Endpoint, Limit, Tool, ToolStep
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.schema import AnyArguments
from tests.fakes.shop import ScriptedShop
from tests.fakes.tariffs import flat_tariffs
from tests.fakes.tools import MemoryTools

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")
ORDER = {"order_id": "LF-1042"}
ARGUMENTS = {**ORDER, "amount": "20.00"}
CANCELLED, REFUNDED = Answered(200, {"status": "cancelled"}), Answered(201, {"refund": "r1"})
NO, HANGS = Answered(422, {"message": "It is too late for that."}), NoAnswer("hung")


def a_step(name, *own, **changes):
    fields = {
        "tenant": TENANT,
        "name": name,
        "description": f"{name}.",
        "parameters": {"properties": {each: {} for each in own}},
        "effect": "write",
        "endpoint": Endpoint("POST", f"https://shop.example/{name}"),
        "updated_at": NOW,
        "confirmation": "customer",
        "idempotency": "none",
        "end_user_field": "customer_id",
    }
    return Tool(**(fields | changes))


class Shop:
    """A company with a process, and whoever works on it."""

    def __init__(self, *replies, undo="restore_shipment", **changes):
        self.now = NOW
        self.actions, self.queue, tools = MemoryActions(), MemoryActionQueue(), MemoryTools()
        self.tools = tools
        self.caller = ScriptedShop(*replies)
        limit = Limit("amount", Money.of("50.00", "EUR"), "action")
        for tool in (
            a_step("cancel_shipment", "order_id"),
            a_step("restore_shipment", "order_id"),
            a_step("refund_order", "order_id", "amount", limits=(limit,)),
        ):
            tools.put(tool)
        steps = (ToolStep("cancel_shipment", undo), ToolStep("refund_order"))
        process = a_step("cancel_and_refund", "order_id", "amount", endpoint=None, steps=steps)
        tools.put(replace(process, confirmation="none", **changes))
        ports = (self.actions, self.queue, tools, AnyArguments(), flat_tariffs(), lambda: self.now)
        self.acting = Acting(*ports)
        self.execution = Execution(
            self.actions,
            self.queue,
            self.caller,
            Sagas(SagaSteps(*ports)),
            flat_tariffs(),
            lambda: self.now,
        )

    def wish(self, **arguments):
        place = Place(ConversationId("conv_1"))
        wish = Proposal(TENANT, "cancel_and_refund", ARGUMENTS | arguments, "r1", "cus_ada", place)
        return self.at_rest(self.acting.propose(wish))

    def at_rest(self, parent):
        while self.queue.sent:
            self.execution.run(*self.queue.sent.pop(0))
        return self.actions.get(TENANT, parent.id)

    def step(self, parent, number, kind="step"):
        return self.actions.get(TENANT, step_id(parent, number, kind))

    def decide(self, action, decision):
        return self.acting.decide(TENANT, action.id, decision, "agent")


def test_the_steps_are_taken_in_order_with_the_arguments_that_they_name():
    shop = Shop(CANCELLED, REFUNDED)
    parent = shop.wish()

    assert parent.status is ActionStatus.SUCCEEDED
    assert parent.result == {"steps": [{"status": "cancelled"}, {"refund": "r1"}]}
    ada = {"customer_id": "cus_ada"}
    assert shop.caller.calls == [
        ("cancel_shipment", ORDER | ada, shop.step(parent, 0).id),
        ("refund_order", ARGUMENTS | ada, shop.step(parent, 1).id),
    ]


def test_a_step_is_approved_by_its_parent_and_belongs_to_the_same_conversation():
    shop = Shop()
    parent = shop.wish()
    step = shop.step(parent, 0)

    approved = [e for e in shop.actions.history(TENANT, step.id) if isinstance(e, Approved)]
    assert [each.by for each in approved] == ["parent"]
    assert (step.parent, step.place, parent.parent) == (parent.id, parent.place, None)


def test_the_process_is_billed_as_one_action():
    shop = Shop()
    parent = shop.wish()
    assert [event.subject for event in shop.actions.events.values()] == [parent.id]


def test_what_was_done_before_a_refused_step_is_undone_and_the_customer_hears_why():
    shop = Shop(CANCELLED, NO, CANCELLED)
    parent = shop.wish()

    assert parent.status is ActionStatus.FAILED
    called = [name for name, *_ in shop.caller.calls]
    assert called == ["cancel_shipment", "refund_order", "restore_shipment"]
    said = telling(parent)
    assert "nothing is left changed" in said
    assert "It is too late for that." in said
    assert not shop.actions.events


def test_a_steps_own_limit_holds_and_its_refusal_is_kept():
    shop = Shop(CANCELLED, CANCELLED)
    parent = shop.wish(amount="60.00")

    assert [name for name, *_ in shop.caller.calls] == ["cancel_shipment", "restore_shipment"]
    assert shop.step(parent, 1).status is ActionStatus.REJECTED
    assert parent.failure
    assert "limited to 50.00 EUR" in parent.failure.message


def test_a_deleted_step_is_a_refused_one():
    shop = Shop()
    shop.tools.delete(TENANT, "refund_order")
    parent = shop.wish()

    assert parent.status is ActionStatus.FAILED
    assert [name for name, *_ in shop.caller.calls] == ["cancel_shipment", "restore_shipment"]


def test_an_unclear_step_is_a_colleagues_to_decide_and_the_rest_follows():
    shop = Shop(CANCELLED, HANGS)
    parent = shop.wish()
    assert (parent.status, parent.human_asked) == (ActionStatus.UNKNOWN, True)
    *_, asked = shop.actions.history(TENANT, parent.id)
    assert isinstance(asked, HumanAsked)
    assert "step 2 (refund_order)" in asked.reason
    for decision in ("approve", "reject"):
        with pytest.raises(Conflict, match=shop.step(parent, 1).id):
            shop.decide(parent, decision)

    shop.decide(shop.step(parent, 1), "reject")

    with pytest.raises(Conflict, match="goes on by itself"):
        shop.decide(parent, "reject")
    assert shop.at_rest(parent).status is ActionStatus.FAILED
    assert shop.step(parent, 0, "undo").status is ActionStatus.SUCCEEDED


def test_a_colleague_who_finds_a_step_done_lets_the_process_succeed():
    shop = Shop(CANCELLED, HANGS)
    parent = shop.wish()
    shop.decide(shop.step(parent, 1), "approve")
    assert shop.at_rest(parent).status is ActionStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("replies", "undo", "reason"),
    [
        ([CANCELLED, NO, NO], "restore_shipment", "undo 1 (restore_shipment) was not possible."),
        ([CANCELLED, NO, HANGS], "restore_shipment", "undo 1 (restore_shipment) was done."),
        ([CANCELLED, NO], None, "step 1 (cancel_shipment)"),
    ],
)
def test_what_cannot_be_undone_is_a_humans(replies, undo, reason):
    shop = Shop(*replies, undo=undo)
    parent = shop.wish()

    assert (parent.status, parent.human_asked) == (ActionStatus.UNKNOWN, True)
    *_, asked = shop.actions.history(TENANT, parent.id)
    assert isinstance(asked, HumanAsked)
    assert reason in asked.reason
    assert "A colleague will check." in telling(parent)
    shop.execution.run(TENANT, parent.id)
    assert shop.actions.get(TENANT, parent.id) == parent


def test_a_colleague_has_the_last_word_on_what_could_not_be_undone():
    shop = Shop(CANCELLED, NO, NO)
    parent = shop.wish()
    assert shop.decide(parent, "reject").status is ActionStatus.FAILED


def test_a_parent_whose_message_was_lost_looks_at_its_steps_by_itself():
    shop = Shop()
    wish = Proposal(TENANT, "cancel_and_refund", ARGUMENTS, "r1", "cus_ada")
    parent = shop.acting.propose(wish)
    for number in (0, 1):
        shop.execution.run(TENANT, parent.id)
        shop.execution.run(TENANT, shop.step(parent, number).id)
        shop.queue.sent.clear()
        shop.now += timedelta(minutes=1)
        assert parent.id in [each.id for each in shop.actions.due(shop.now, 10)]
    shop.execution.run(TENANT, parent.id)
    assert shop.actions.get(TENANT, parent.id).status is ActionStatus.SUCCEEDED


def test_a_parent_that_waits_long_looks_ever_more_seldom():
    shop = Shop(idempotency="none")
    shop.tools.put(a_step("cancel_shipment", "order_id", idempotency="key"))
    shop.caller.replies.extend([HANGS] * 50)
    parent = shop.wish()
    for _ in range(60 * 20):
        shop.now += timedelta(minutes=1)
        shop.execution.run(TENANT, parent.id)
    assert shop.actions.get(TENANT, parent.id).version < 40


def test_a_long_answer_stays_with_its_step():
    shop = Shop(Answered(200, {"text": "x" * 60_000}), REFUNDED)
    parent = shop.wish()
    assert parent.result == {"steps": [{"action_id": shop.step(parent, 0).id}, {"refund": "r1"}]}
