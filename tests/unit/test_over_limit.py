"""Over a limit: refused, or a colleague is asked, as whoever proposes it wants."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.acting import AGENT_TIME, Acting, Proposal
from helpdesk.action_events import ConfirmationAsked
from helpdesk.actions import ActionStatus
from helpdesk.domain_events import ActionChanged, events_of
from helpdesk.errors import Conflict, HelpdeskError, PolicyViolation
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.tools import Endpoint, Limit, Tool
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.schema import AnyArguments
from tests.fakes.tariffs import flat_tariffs
from tests.fakes.tools import MemoryTools

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")
AWAITING = ActionStatus.AWAITING_CONFIRMATION


class Desk:
    """Acting over fakes, with a tool that is limited per action and per order."""

    def __init__(self, confirmation="none"):
        self.now = NOW
        self.actions = MemoryActions()
        self.tools = MemoryTools()
        self.tools.put(a_tool(confirmation))
        self.acting = Acting(
            self.actions,
            MemoryActionQueue(),
            self.tools,
            AnyArguments(),
            flat_tariffs(),
            lambda: self.now,
        )

    def propose(self, amount, request="r1", over_limit="ask"):
        arguments = {"order_id": "LF-1042", "amount": amount}
        return self.acting.propose(
            Proposal(TENANT, "refund", arguments, request, over_limit=over_limit)
        )

    def decide(self, action, decision="approve", by="agent", **more):
        return self.acting.decide(TENANT, action.id, decision, by, **more)


def a_tool(confirmation, per_action="60.00"):
    return Tool(
        tenant=TENANT,
        name="refund",
        description="Refund an order.",
        parameters={"type": "object", "properties": {}},
        effect="write",
        endpoint=Endpoint("POST", "https://shop.example/refunds"),
        updated_at=NOW,
        confirmation=confirmation,
        limits=(
            Limit("amount", Money.of(per_action, "EUR"), "action"),
            Limit("amount", Money.of("80.00", "EUR"), "order"),
        ),
        order_field="order_id",
    )


@pytest.mark.parametrize("amounts", [["60.01"], ["60.00", "30.00"]])
def test_whoever_does_not_want_to_ask_is_refused(amounts):
    desk = Desk()
    *before, last = amounts
    for number, amount in enumerate(before):
        desk.propose(amount, f"r{number}")
    with pytest.raises(PolicyViolation, match="limit"):
        desk.propose(last, "last", over_limit="refuse")
    assert len(desk.actions.page(TENANT, 10, None).items) == len(before)


@pytest.mark.parametrize(
    ("amount", "over_limit"),
    [("60.01", "60.00 EUR per action"), ("90.00", "60.00 EUR per action and 80.00 EUR per order")],
)
@pytest.mark.parametrize("confirmation", ["none", "customer", "agent"])
def test_what_is_over_a_limit_by_itself_asks_a_colleague(confirmation, amount, over_limit):
    desk = Desk(confirmation)
    action = desk.propose(amount)
    assert (action.status, action.asked_of) == (AWAITING, "agent")
    assert (action.over_limit, action.due_at) == (over_limit, NOW + AGENT_TIME)
    assert desk.propose(amount) == action


def test_what_others_left_no_room_for_asks_a_colleague():
    desk = Desk()
    desk.propose("60.00")
    action = desk.propose("30.00", "r2")
    assert (action.status, action.over_limit) == (AWAITING, "80.00 EUR per order")
    assert desk.propose("20.00", "r3").status is ActionStatus.RUNNING


def test_an_approval_takes_what_there_is_no_room_for():
    desk = Desk()
    action = desk.decide(desk.propose("90.00"))
    assert (action.status, action.approved_by) == (ActionStatus.RUNNING, "agent")
    assert [hold.room_micros for hold in action.holds] == [None]
    assert desk.propose("1.00", "r2").over_limit == "80.00 EUR per order"


def test_no_customer_approves_it():
    desk = Desk("customer")
    action = desk.propose("90.00")
    for more in ({}, {"over_limit": "ask"}):
        with pytest.raises(Conflict):
            desk.decide(action, by="customer", **more)
    assert desk.actions.get(TENANT, action.id) == action


def test_a_customers_yes_without_room_asks_a_colleague_for_days():
    desk = Desk("customer")
    first, second = desk.propose("60.00"), desk.propose("30.00", "r2")
    desk.decide(first, by="customer")
    desk.now += timedelta(minutes=10)
    asked = desk.decide(second, by="customer", over_limit="ask")
    assert (asked.status, asked.asked_of, asked.approved_by) == (AWAITING, "agent", None)
    assert (asked.over_limit, asked.due_at) == ("80.00 EUR per order", desk.now + AGENT_TIME)
    kinds = [type(event) for event in desk.actions.history(TENANT, second.id)]
    assert kinds.count(ConfirmationAsked) == 2
    assert desk.decide(asked).status is ActionStatus.RUNNING


def test_a_customers_yes_is_not_asked_on_when_it_comes_too_late():
    desk = Desk("customer")
    action = desk.propose("60.00")
    desk.tools.put(a_tool("customer", per_action="10.00"))
    desk.now += timedelta(hours=1)
    with pytest.raises(Conflict):
        desk.decide(action, by="customer", over_limit="ask")
    assert desk.actions.get(TENANT, action.id) == action


def test_a_lowered_limit_counts_for_a_yes():
    desk = Desk("customer")
    action = desk.propose("60.00")
    desk.tools.put(a_tool("customer", per_action="10.00"))
    asked = desk.decide(action, by="customer", over_limit="ask")
    assert (asked.asked_of, asked.over_limit) == ("agent", "10.00 EUR per action")


def test_of_many_decisions_at_once_one_counts():
    for _ in range(20):
        desk = Desk()
        action = desk.propose("90.00")

        def decides(decision, desk=desk, action=action):
            try:
                return desk.decide(action, decision).status
            except HelpdeskError:
                return None

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(decides, ["approve", "reject"] * 3))
        ended = desk.actions.get(TENANT, action.id)
        running = ended.status is ActionStatus.RUNNING
        assert running or ended.status is ActionStatus.REJECTED
        assert len(desk.actions.outbox) == running
        assert sum(desk.actions.held.values()) == (90_000_000 if running else 0)


def test_listeners_hear_that_a_colleague_is_asked():
    desk = Desk("customer")
    desk.propose("60.00")
    shown = desk.propose("30.00", "r2")
    (event,) = events_of(ActionChanged(None, shown))
    assert (event.data["asked_of"], event.data["over_limit"]) == ("customer", None)
    desk.decide(desk.actions.proposed_by(TENANT, "r1"), by="customer")
    asked = desk.decide(shown, by="customer", over_limit="ask")
    (event,) = events_of(ActionChanged(shown, asked))
    assert event.type == "action.awaiting_confirmation"
    assert (event.data["asked_of"], event.data["over_limit"]) == ("agent", "80.00 EUR per order")
    assert event.data["expires_at"] == "2026-11-27T09:30:00.000Z"
