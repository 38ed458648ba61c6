"""The process around a colleague's decision: reminded in time, ended by expiry or by a decision."""

import importlib
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import wiring
from helpdesk.acting import AGENT_TIME, Acting, Proposal
from helpdesk.actions import ActionStatus
from helpdesk.approvals import Approvals
from helpdesk.errors import Conflict, Unavailable
from helpdesk.events import ApprovalProcess
from helpdesk.ids import ActionId, TenantId
from helpdesk.tools import Confirmation, Endpoint, Tool
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.event_bus import MemoryEventBus
from tests.fakes.schema import AnyArguments
from tests.fakes.tariffs import flat_tariffs
from tests.fakes.tools import MemoryTools

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")
DAY = 24 * 3600


class Desk:
    """An action that waits for a colleague, and its process."""

    def __init__(self, confirmation: Confirmation = "agent") -> None:
        self.now = NOW
        self.actions = MemoryActions()
        self.bus = MemoryEventBus()
        tools = MemoryTools()
        tools.put(
            Tool(
                tenant=TENANT,
                name="refund",
                description="Refund.",
                parameters={"type": "object", "properties": {}},
                effect="write",
                endpoint=Endpoint("POST", "https://shop.example/refunds"),
                updated_at=NOW,
                confirmation=confirmation,
            )
        )
        self.acting = Acting(
            self.actions,
            MemoryActionQueue(),
            tools,
            AnyArguments(),
            flat_tariffs(),
            self.clock,
        )
        self.action = self.acting.propose(Proposal(TENANT, "refund", {}, "r1"))
        self.approvals = Approvals(self.actions, self.bus, flat_tariffs(), self.clock)

    def clock(self) -> datetime:
        return self.now

    def begin(self, *remind_after_seconds: int) -> ApprovalProcess:
        process = ApprovalProcess(
            tenant=TENANT, action=self.action.id, remind_after_seconds=remind_after_seconds
        )
        return self.take(process)

    def take(self, process: ApprovalProcess) -> ApprovalProcess:
        """One task, as it travels: the state machine waits first."""
        if process.next_at:
            self.now = max(self.now, process.next_at)
        given = ApprovalProcess.model_validate(process.model_dump(mode="json"))
        return self.approvals.take(given)

    @property
    def status(self) -> ActionStatus:
        return self.actions.get(TENANT, self.action.id).status


def test_it_reminds_and_then_it_is_over():
    desk = Desk()
    process = desk.begin(2 * DAY, DAY)
    times = []
    while process.next != "end":
        times.append((process.next, process.next_at))
        process = desk.take(process)
    assert times == [
        ("remind", NOW + timedelta(days=1)),
        ("remind", NOW + timedelta(days=2)),
        ("expire", NOW + AGENT_TIME + timedelta(seconds=1)),
    ]
    assert desk.status is ActionStatus.REJECTED
    assert [event.type for event in desk.bus.events] == ["action.reminder"] * 2
    assert len({event.id for event in desk.bus.events}) == 2
    first = desk.bus.events[0]
    assert (first.subject, first.occurred_at) == (desk.action.id, NOW + timedelta(days=1))
    assert first.data["expires_at"] == "2026-11-27T09:30:00.000Z"
    assert first.data["asked_of"] == "agent"


@pytest.mark.parametrize("decision", ["approve", "reject"])
@pytest.mark.parametrize("task", ["plan", "remind", "expire"])
def test_a_decision_ends_it_whatever_comes_next(decision, task):
    desk = Desk()
    process = desk.begin(DAY)
    if task == "expire":
        process = desk.take(process)
    told = len(desk.bus.events)
    decided = desk.acting.decide(TENANT, desk.action.id, decision, "agent")

    ended = desk.begin(DAY) if task == "plan" else desk.take(process)

    assert (ended.next, ended.next_at, ended.reminders) == ("end", None, ())
    assert len(desk.bus.events) == told
    assert desk.actions.get(TENANT, desk.action.id) == decided


def test_a_task_that_is_taken_again_is_the_same_reminder_and_ends_nothing_twice():
    desk = Desk()
    process = desk.begin(DAY)
    again = [desk.take(process) for _ in range(2)]
    assert again[0] == again[1]
    assert len({event.id for event in desk.bus.events}) == 1
    assert [desk.take(again[0]).next for _ in range(2)] == ["end", "end"]
    assert len(desk.actions.history(TENANT, desk.action.id)) == 3


def test_what_has_passed_or_comes_after_the_end_is_not_reminded_of():
    desk = Desk()
    desk.now += timedelta(hours=25)
    process = desk.begin(DAY, 2 * DAY, 3 * DAY, 9 * DAY)
    assert (process.next_at, process.reminders) == (NOW + timedelta(days=2), ())


def test_a_clock_that_is_behind_the_process_looks_again_a_moment_later():
    desk = Desk()
    process = desk.begin()
    early = desk.approvals.take(process)
    assert (early.next, desk.status) == ("expire", ActionStatus.AWAITING_CONFIRMATION)
    assert desk.take(early).next == "end"


def test_a_decision_at_the_very_end_counts_once(monkeypatch):
    desk = Desk()
    process = desk.begin()
    record = desk.actions.record

    def approved_meanwhile(change):
        monkeypatch.setattr(desk.actions, "record", record)
        desk.now -= timedelta(hours=1)
        desk.acting.decide(TENANT, desk.action.id, "approve", "agent")
        return record(change)

    monkeypatch.setattr(desk.actions, "record", approved_meanwhile)
    assert desk.take(process).next == "end"
    assert desk.status is ActionStatus.RUNNING


def test_nobody_approves_what_has_expired():
    desk = Desk()
    desk.take(desk.begin())
    with pytest.raises(Conflict):
        desk.acting.decide(TENANT, desk.action.id, "approve", "agent")


def test_an_action_that_asks_no_colleague_or_is_not_there_has_no_process():
    desk = Desk("customer")
    assert desk.begin(DAY).next == "end"
    nobody = ApprovalProcess(tenant=TENANT, action=ActionId("act_none"))
    assert desk.take(nobody).next == "end"


def test_the_function_takes_a_task_and_hands_on_what_comes_next(monkeypatch):
    desk = Desk()
    monkeypatch.setattr(wiring, "approvals", lambda: desk.approvals)
    handler = importlib.import_module("functions.approvals.handler").handler
    event = {"tenant": TENANT, "action": desk.action.id, "remind_after_seconds": [60]}

    moved = handler(event, None)
    desk.now += timedelta(seconds=60)
    last = handler(moved, None)

    assert (moved["next"], moved["next_at"]) == ("remind", "2026-11-24T09:31:00Z")
    assert (last["next"], last["next_at"]) == ("expire", "2026-11-27T09:30:01Z")
    assert [each.type for each in desk.bus.events] == ["action.reminder"]


def test_the_function_fails_when_the_bus_does_and_is_tried_again(monkeypatch):
    desk = Desk()
    process = desk.begin(60)
    monkeypatch.setattr(wiring, "approvals", lambda: desk.approvals)
    handler = importlib.import_module("functions.approvals.handler").handler

    def silent(events):
        raise Unavailable("The event bus does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(desk.bus, "publish", silent)
        with pytest.raises(Unavailable):
            handler(process.model_dump(mode="json"), None)
    assert handler(process.model_dump(mode="json"), None)["next"] == "expire"
    assert len(desk.bus.events) == 1
