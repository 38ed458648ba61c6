"""Proposals, decisions and their limits, over fakes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.acting import Acting, Proposal
from helpdesk.action_changes import change
from helpdesk.action_events import ActionEvent, HumanAsked, OutcomeUnknown
from helpdesk.actions import ActionStatus
from helpdesk.confirmation import decision_in
from helpdesk.errors import (
    Conflict,
    IdempotencyConflict,
    NotFound,
    PolicyViolation,
    Unavailable,
    ValidationFailed,
)
from helpdesk.events import ActionWork
from helpdesk.ids import ActionId, TenantId
from helpdesk.money import Money
from helpdesk.reconciling import Reconciling
from helpdesk.tools import Endpoint, Limit, Tool, amount_in
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.schema import AnyArguments
from tests.fakes.tariffs import flat_tariffs
from tests.fakes.tools import MemoryTools

START = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")
CALL = {"order_id": "LF-1042", "amount": "20.00"}


class World:
    """Acting over fakes, with a clock that tests move."""

    def __init__(self, **tool):
        self.now = START
        self.actions = MemoryActions()
        self.queue = MemoryActionQueue()
        self.tools = MemoryTools()
        self.put(**tool)
        self.acting = Acting(
            self.actions, self.queue, self.tools, AnyArguments(), flat_tariffs(), lambda: self.now
        )

    def put(self, **changes):
        fields: dict[str, Any] = {
            "tenant": TENANT,
            "name": "refund",
            "description": "Refund an order. Use it with care.",
            "parameters": {"type": "object", "properties": {"order_id": {"title": "Order"}}},
            "effect": "write",
            "endpoint": Endpoint("POST", "https://shop.example"),
            "updated_at": START,
            "order_field": "order_id",
        }
        self.tools.put(Tool(**(fields | changes)))

    def propose(self, arguments=None, request="r1", end_user=None):
        wish = Proposal(TENANT, "refund", arguments or CALL, request, end_user)
        return self.acting.propose(wish)

    def decide(self, action, decision, by="agent"):
        return self.acting.decide(TENANT, action.id, decision, by)


def test_what_needs_nobodys_yes_is_claimed_and_queued_at_once():
    world = World()
    action = world.propose()
    assert action.status is ActionStatus.RUNNING
    assert world.queue.sent == world.actions.outbox == [(TENANT, action.id)]
    assert action.summary == "Refund an order: order LF-1042, amount 20.00"


def test_a_queue_that_is_down_loses_nothing():
    class Down(MemoryActionQueue):
        def send(self, actions):
            raise Unavailable("down")

    world = World()
    world.acting = replace(world.acting, queue=Down())
    action = world.propose()
    assert world.actions.outbox == [(TENANT, action.id)]
    queue = MemoryActionQueue()
    reconciling = Reconciling(world.actions, queue, lambda: world.now + timedelta(seconds=1))
    assert reconciling.sweep() == 1
    assert reconciling.queue([ActionWork(tenant=TENANT, action=action.id)]) == 1
    assert queue.sent == [(TENANT, action.id)] * 2


def test_the_same_request_is_the_same_action_and_another_call_under_it_a_conflict():
    world = World()
    first = world.propose()
    assert world.propose() == first
    with pytest.raises(IdempotencyConflict):
        world.propose({**CALL, "amount": "21.00"})
    assert len(world.queue.sent) == 1


@pytest.mark.parametrize("per", ["action", "order", "day"])
def test_over_a_limit_nothing_is_claimed(per):
    world = World(limits=(Limit("amount", Money.of("50.00", "EUR"), per),))
    for number in range(2):
        world.propose(request=f"r{number}")
    with pytest.raises(PolicyViolation):
        world.propose({**CALL, "amount": "50.01" if per == "action" else "10.01"}, "r9")
    assert len(world.queue.sent) == 2
    assert world.propose({**CALL, "amount": "10.00"}, "r10").status is ActionStatus.RUNNING


def test_a_limit_of_the_day_is_new_the_next_day():
    world = World(limits=(Limit("amount", Money.of("20.00", "EUR"), "day"),))
    world.propose()
    with pytest.raises(PolicyViolation):
        world.propose(request="r2")
    world.now += timedelta(days=1)
    assert world.propose(request="r2").status is ActionStatus.RUNNING


@pytest.mark.parametrize("amount", [None, "", "x", "-1.00", 20, 20.0, True, "NaN", "0.0000001"])
def test_what_is_limited_must_be_an_amount(amount):
    world = World(limits=(Limit("amount", Money.of("50.00", "EUR"), "action"),))
    with pytest.raises(ValidationFailed):
        world.propose({**CALL, "amount": amount})
    with pytest.raises(ValidationFailed):
        world.propose({"order_id": "LF-1042"})
    assert world.queue.sent == []


@given(st.decimals(0, 10**6, places=2))
def test_amounts_are_exact(amount):
    limit = Limit("amount", Money(0, "EUR"), "action")
    assert amount_in({"amount": str(amount)}, limit) == Money(int(amount * 10**6), "EUR")


def test_a_limit_whose_owner_is_not_known_can_not_be_kept():
    world = World(limits=(Limit("amount", Money.of("50.00", "EUR"), "end_user"),))
    with pytest.raises(PolicyViolation):
        world.propose()
    assert world.propose(end_user="cus_ada").status is ActionStatus.RUNNING


@pytest.mark.parametrize("who", ["customer", "agent"])
def test_a_yes_claims_and_a_second_one_changes_nothing(who):
    world = World(confirmation=who)
    action = world.propose()
    assert action.status is ActionStatus.AWAITING_CONFIRMATION
    assert world.queue.sent == []
    assert world.decide(action, "approve", who).status is ActionStatus.RUNNING
    assert world.decide(action, "approve", who).status is ActionStatus.RUNNING
    assert world.queue.sent == [(TENANT, action.id)]
    with pytest.raises(Conflict):
        world.decide(action, "reject", who)


def test_a_no_is_final():
    world = World(confirmation="customer")
    action = world.propose()
    for _ in range(2):
        assert world.decide(action, "reject").status is ActionStatus.REJECTED
    with pytest.raises(Conflict):
        world.decide(action, "approve")
    assert world.queue.sent == []


def test_a_customer_can_not_approve_what_a_colleague_must():
    world = World(confirmation="agent")
    with pytest.raises(Conflict):
        world.decide(world.propose(), "approve", "customer")


def test_a_late_yes_is_none():
    world = World(confirmation="customer")
    action = world.propose()
    world.now += timedelta(minutes=30)
    with pytest.raises(Conflict, match="too late"):
        world.decide(action, "approve", "customer")


def test_limits_are_those_of_the_moment_of_the_yes():
    world = World(confirmation="customer")
    action = world.propose()
    world.put(confirmation="customer", limits=(Limit("amount", Money.of("5.00", "EUR"), "action"),))
    with pytest.raises(PolicyViolation):
        world.decide(action, "approve", "customer")
    assert world.queue.sent == []


def test_a_colleagues_word_ends_what_no_machine_can_tell():
    world = World()
    for request, decision, status in (
        ("r1", "approve", ActionStatus.SUCCEEDED),
        ("r2", "reject", ActionStatus.FAILED),
    ):
        action = world.propose(request=request)
        events: list[ActionEvent] = [
            OutcomeUnknown(START, "hung", START),
            HumanAsked(START, "who knows"),
        ]
        unclear = change(action, events, flat_tariffs())
        world.actions.record(unclear)
        with pytest.raises(Conflict):
            world.decide(action, decision, "customer")
        assert world.decide(action, decision).status is status
    assert len(world.actions.events) == 1


def test_what_is_not_there_can_not_be_decided_or_proposed():
    world = World()
    with pytest.raises(NotFound):
        world.acting.decide(TENANT, ActionId("act_x"), "approve", "agent")
    with pytest.raises(NotFound):
        world.acting.propose(Proposal(TENANT, "nothing", {}, "r"))
    with pytest.raises(NotFound):
        world.acting.propose(Proposal(TenantId("ten_2"), "refund", CALL, "r"))


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("Yes", "approve"),
        ("yes please!", "approve"),
        ("Ja, bitte.", "approve"),
        ("Sure, go ahead", "approve"),
        ("please do", "approve"),
        ("No", "reject"),
        ("don’t do it", "reject"),
        ("No, thanks", "reject"),
        ("yes no", "reject"),
        ("Yes, but only 10 euros", None),
        ("No, refund LF-1043 instead", None),
        ("Is it done?", None),
        ("maybe", None),
        ("", None),
        ("y" * 5000, None),
    ],
)
def test_a_yes_and_a_no_are_told_from_the_text_alone(text, decision):
    assert decision_in(text) == decision


@given(st.text())
def test_no_other_text_is_a_yes(text):
    assert decision_in(f"yes {text} 1000") is None
