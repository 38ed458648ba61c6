"""Actions: each change is written whole or not at all, once, and within every limit."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.action_changes import change
from helpdesk.action_events import (
    AttemptStarted,
    Failed,
    Hold,
    OutcomeUnknown,
    Place,
    Rejected,
    Succeeded,
)
from helpdesk.actions import ActionStatus, fold
from helpdesk.adapters.dynamodb.actions import DynamoDBActions
from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations
from helpdesk.clock import period_of
from helpdesk.conversations import TurnAction
from helpdesk.errors import Conflict, NotFound, OverLimit, PolicyViolation
from helpdesk.ids import ActionId, TurnId, new_id
from tests.contract.action_examples import NOW, a_proposal, the_claim_of
from tests.contract.examples import a_tenant_id, a_turn, the_end_of, the_head_of
from tests.contract.lanes import AT_ONCE
from tests.contract.usage_examples import billed_in
from tests.fakes.actions import MemoryActions
from tests.fakes.tariffs import flat_tariffs

LATER = NOW + timedelta(minutes=1)
LIMIT = Hold("refund_order#amount#order#LF-1042", 60, 100)


@pytest.fixture
def actions(cloud, ledger):
    if not cloud:
        return MemoryActions(ledger)
    return DynamoDBActions(cloud.client("dynamodb"), "actions", "conversations", "ledger", "books")


@pytest.fixture
def billed(ledger, books):
    """The usage events of an action's tenant, each with its note that it is unposted."""
    return lambda action: billed_in(ledger, books, action.tenant, period_of(NOW))


def proposed(actions, tenant=None, request="r1", **more):
    proposal = a_proposal(tenant or a_tenant_id(), request, **more)
    assert actions.record(proposal) is None
    return proposal.after


def moved(actions, action, *events):
    moving = change(action, events, flat_tariffs())
    assert actions.record(moving) is None
    return moving.after


def running(actions, *holds, **more):
    action = proposed(actions, **more)
    claim = the_claim_of(action, *holds, at=action.created_at)
    assert actions.record(claim) is None
    return claim.after


def started(action, number=1):
    return AttemptStarted(LATER, number, LATER + timedelta(seconds=30), "w1")


def test_an_action_and_its_history_are_read_back_exactly(actions):
    action = running(actions, LIMIT)
    action = moved(actions, action, started(action))
    action = moved(actions, action, OutcomeUnknown(LATER, "No answer.", LATER))
    action = moved(actions, action, Succeeded(LATER, {"fee": 0.1, "paid": ["ü", None]}))

    assert actions.get(action.tenant, action.id) == action
    assert fold(actions.history(action.tenant, action.id)) == action


def test_the_same_request_gives_the_first_action_for_ever(actions):
    first = proposed(actions)
    again = a_proposal(first.tenant)

    assert actions.record(again) == first
    assert actions.proposed_by(first.tenant, "r1") == first
    assert actions.proposed_by(first.tenant, "r2") is None
    with pytest.raises(NotFound):
        actions.get(first.tenant, again.after.id)


@AT_ONCE
def test_one_of_many_that_propose_the_same_at_once_wins(actions):
    tenant = a_tenant_id()
    proposals = [a_proposal(tenant) for _ in range(8)]

    with ThreadPoolExecutor(8) as threads:
        firsts = list(threads.map(actions.record, proposals))

    (won,) = [p.after for p, first in zip(proposals, firsts, strict=True) if first is None]
    assert [first for first in firsts if first] == [won] * 7


def test_a_change_that_is_written_again_changes_nothing(actions):
    action = proposed(actions)
    claim = the_claim_of(action, LIMIT)
    assert actions.record(claim) is None

    assert actions.record(claim) is None

    assert len(actions.history(action.tenant, action.id)) == claim.after.version
    assert is_left(actions, action.tenant, 40)


def test_of_two_changes_at_once_one_is_written(actions):
    action = proposed(actions)
    claim = the_claim_of(action, LIMIT)
    decline = change(action, [Rejected(NOW, "agent", "No.")], flat_tariffs())

    assert actions.record(claim) is None
    with pytest.raises(Conflict):
        actions.record(decline)

    assert actions.get(action.tenant, action.id) == claim.after


@AT_ONCE
def test_claims_hold_their_limit_to_the_last_unit_however_many_come_at_once(actions):
    tenant = a_tenant_id()
    hold = Hold("refund_order#amount#day#2026-11-24", 30, 100)
    waiting = [proposed(actions, tenant, f"r{n}") for n in range(6)]

    with ThreadPoolExecutor(6) as threads:
        claimed = list(threads.map(lambda a: claims(actions, a, hold), waiting))

    assert sum(claimed) == 3
    states = [actions.get(tenant, action.id).status for action in waiting]
    assert states.count(ActionStatus.RUNNING) == 3
    assert states.count(ActionStatus.AWAITING_CONFIRMATION) == 3


def test_two_limits_are_held_together_or_not_at_all(actions):
    tenant = a_tenant_id()
    narrow, wide = Hold("t#a#order#1", 80, 100), Hold("t#a#day#d", 80, 1_000)
    assert claims(actions, proposed(actions, tenant, "r1"), narrow, wide)
    assert not claims(actions, proposed(actions, tenant, "r2"), narrow, wide)

    assert claims(actions, proposed(actions, tenant, "r3"), replace(wide, micros=920))
    assert not claims(actions, proposed(actions, tenant, "r4"), replace(wide, micros=1))


def test_a_failed_action_gives_back_what_it_held_and_a_done_one_keeps_it(actions):
    tenant = a_tenant_id()
    failed = running(actions, LIMIT, tenant=tenant, request="r1")
    assert not claims(actions, proposed(actions, tenant, "r2"), LIMIT)
    failed = moved(actions, failed, started(failed))
    moved(actions, failed, Failed(LATER, "endpoint_status_422", "No."))

    done = running(actions, LIMIT, tenant=tenant, request="r3")
    done = moved(actions, done, started(done))
    moved(actions, done, Succeeded(LATER, {}))

    assert is_left(actions, tenant, 40)


def test_what_is_held_without_room_is_used_up_for_the_others_and_given_back(actions):
    tenant = a_tenant_id()
    allowed = replace(LIMIT, micros=130, room_micros=None)
    over = running(actions, allowed, tenant=tenant, request="r1")
    assert not claims(actions, proposed(actions, tenant, "r2"), replace(LIMIT, micros=1))

    again = running(actions, allowed, tenant=tenant, request="r3")
    for each in (over, again):
        tried = moved(actions, each, started(each))
        moved(actions, tried, Failed(LATER, "endpoint_status_422", "No."))
    assert is_left(actions, tenant, 100)


def test_a_claim_without_room_that_is_written_again_holds_once(actions):
    action = proposed(actions)
    claim = the_claim_of(action, replace(LIMIT, micros=40, room_micros=None))
    for _ in range(2):
        assert actions.record(claim) is None
    assert is_left(actions, action.tenant, 60)


def test_who_has_no_room_is_told_which_limit_it_is(actions):
    tenant = a_tenant_id()
    assert claims(actions, proposed(actions, tenant, "r1"), LIMIT)
    with pytest.raises(OverLimit) as over:
        actions.record(the_claim_of(proposed(actions, tenant, "r2"), LIMIT))
    assert over.value.counter == LIMIT.counter


def test_limits_of_tenants_do_not_meet(actions):
    for _ in range(2):
        assert claims(actions, proposed(actions), LIMIT)


def test_a_done_action_is_billed_in_the_same_breath_and_once(actions, billed):
    action = running(actions)
    assert billed(action) == []
    action = moved(actions, action, started(action))
    success = change(action, [Succeeded(LATER, {})], flat_tariffs())

    actions.record(success)
    actions.record(success)

    (event,) = billed(action)
    assert event == success.usage
    assert [(line.meter, line.quantity) for line in event.lines] == [("actions", 1)]


def test_the_turn_is_told_how_its_action_ended(cloud, actions):
    tenant = a_tenant_id()
    turn = a_turn(tenant)
    place = Place(turn.conversation, turn.id)
    if cloud:
        log = DynamoDBConversations(cloud.client("dynamodb"), "conversations", "ledger", "books")
        log.claim(turn, the_head_of(turn))
    action = running(actions, tenant=tenant, place=place)
    action = moved(actions, action, started(action))
    action = moved(actions, action, Succeeded(LATER, {}))

    if not cloud:
        assert actions.told == {(turn.id, action.id): "succeeded"}
        return
    settled, event = the_end_of(replace(turn, actions=(as_told(action),)))
    log.settle(settled, event)
    (told,) = log.turn(tenant, turn.conversation, turn.id).latest_actions
    assert told.status is ActionStatus.SUCCEEDED


def as_told(action):
    return TurnAction(action.id, action.tool.name, ActionStatus.RUNNING, action.summary, {"a": 0.5})


def test_an_erased_turn_does_not_keep_an_action_from_ending(actions):
    gone = a_turn(a_tenant_id())
    place = Place(gone.conversation, TurnId(new_id("turn", NOW)))
    action = running(actions, tenant=gone.tenant, place=place)
    action = moved(actions, action, started(action))

    action = moved(actions, action, Succeeded(LATER, {}))

    assert actions.get(action.tenant, action.id) == action


def test_actions_are_listed_newest_first_and_by_tenant(actions):
    tenant = a_tenant_id()
    own = [proposed(actions, tenant, f"r{n}", at=NOW + timedelta(seconds=n)) for n in range(3)]
    proposed(actions)

    first = actions.page(tenant, 2, None)
    second = actions.page(tenant, 2, first.next_cursor)

    assert [*first.items, *second.items] == own[::-1]
    assert second.next_cursor is None
    assert actions.get_many(tenant, {own[0].id, own[1].id}).keys() == {own[0].id, own[1].id}


def test_another_tenants_action_does_not_exist(actions):
    action, stranger = proposed(actions), a_tenant_id()

    for look in (actions.get, actions.history):
        with pytest.raises(NotFound):
            look(stranger, action.id)
    assert actions.get_many(stranger, {action.id}) == {}
    assert actions.proposed_by(stranger, "r1") is None
    with pytest.raises(NotFound):
        actions.get(action.tenant, ActionId(new_id("act", NOW)))


def test_due_actions_are_found_until_they_are_no_more(actions):
    early, late = (running(actions, at=NOW + timedelta(days=-n)) for n in (9, 8))
    waiting = moved(actions, early, started(early))

    def due(before):
        return [a.id for a in actions.due(before, 1_000) if a.id in (early.id, late.id)]

    assert due(NOW + timedelta(seconds=1)) == [late.id]
    assert due(waiting.due_at + timedelta(seconds=1)) == [late.id, early.id]
    moved(actions, waiting, Failed(LATER, "endpoint_status_422", "No."))
    assert due(NOW + timedelta(days=1)) == [late.id]


def claims(actions, action, *holds):
    try:
        actions.record(the_claim_of(action, *holds))
    except PolicyViolation:
        return False
    return True


def is_left(actions, tenant, micros):
    """Whether just so much of LIMIT is left."""
    more, just = (replace(LIMIT, micros=m) for m in (micros + 1, micros))
    return not claims(actions, proposed(actions, tenant, "more"), more) and claims(
        actions, proposed(actions, tenant, "just"), just
    )
