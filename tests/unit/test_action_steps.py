"""What happens next, as properties: of any reply, at any time, for any kind of endpoint."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.action_events import Failed, HumanAsked, NothingDone, Rejected, Succeeded
from helpdesk.action_steps import (
    LATE,
    MAX_ATTEMPTS,
    REPEATED_FOR,
    Attempt,
    LookUp,
    Write,
    events_of_look_up,
    events_of_reply,
    next_step,
)
from helpdesk.actions import Action, ActionStatus, after
from helpdesk.ids import ActionId, TenantId
from helpdesk.tool_calls import Answered, NeverSeen, NoAnswer, NotSent
from helpdesk.tools import Endpoint, Tool

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TENANT = TenantId("ten_1")
BODIES: st.SearchStrategy[Any] = st.one_of(st.none(), st.just({}), st.just({"message": "No."}))
REPLIES = st.one_of(
    st.builds(Answered, st.integers(100, 599), BODIES),
    st.builds(NotSent, st.just("refused")),
    st.builds(NoAnswer, st.just("hung")),
)
KINDS = st.sampled_from(["key", "lookup", "none"])


def running(idempotency="key", effect="write", attempts=1, **changes):
    tool = Tool(
        tenant=TENANT,
        name="t",
        description="T.",
        parameters={},
        effect=effect,
        endpoint=Endpoint("POST", "https://a.example"),
        updated_at=NOW,
        idempotency=idempotency,
    )
    action = Action(
        tenant=TENANT,
        id=ActionId("act_1"),
        tool=tool,
        arguments={},
        summary="T",
        status=ActionStatus.RUNNING,
        version=4,
        created_at=NOW,
        updated_at=NOW,
        attempts=attempts,
        attempt_ends_at=NOW + timedelta(seconds=30),
        due_at=NOW + timedelta(seconds=30),
    )
    return replace(action, **changes)


def unknown(**changes):
    fields = {
        "status": ActionStatus.UNKNOWN,
        "attempt_ends_at": None,
        "unclear_since": NOW,
        "due_at": NOW,
    }
    return running(**(fields | changes))


def written(action):
    step = next_step(action, NOW)
    assert isinstance(step, Write)
    return step.events


@given(KINDS, REPLIES)
def test_every_reply_leads_somewhere_and_never_loses_an_action(kind, reply):
    action = running(kind)
    then = after(action, events_of_reply(action, reply, NOW))
    assert then.status.settled or then.human_asked or then.due_at is not None


@given(KINDS, st.integers(500, 599), BODIES)
def test_a_server_error_is_never_taken_for_failed(kind, status, body):
    action = running(kind)
    then = after(action, events_of_reply(action, Answered(status, body), NOW))
    assert then.status is ActionStatus.UNKNOWN


@given(REPLIES, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_what_must_not_run_twice_is_attempted_once(reply, later):
    action = running("none")
    then = after(action, events_of_reply(action, reply, NOW))
    certainly_not = isinstance(reply, NotSent)
    assert isinstance(next_step(then, NOW + later), Attempt) <= certainly_not


@pytest.mark.parametrize("status", [400, 402, 410, 422])
def test_a_refusal_is_a_failure(status):
    action = running()
    (event,) = events_of_reply(action, Answered(status, {"detail": "Too late."}), NOW)
    assert event == Failed(NOW, f"endpoint_status_{status}", "Too late.")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_closed_door_says_nothing_of_an_earlier_call(status):
    first, repeated = running(), running(attempts=2, unclear_since=NOW)
    assert isinstance(events_of_reply(first, Answered(status, None), NOW)[0], Failed)
    then = after(repeated, events_of_reply(repeated, Answered(status, None), NOW))
    assert then.status is ActionStatus.UNKNOWN


def test_a_conflict_means_under_way_only_where_keys_are_known():
    answer = Answered(409, None)
    by_key, once = running("key"), running("none")
    assert after(by_key, events_of_reply(by_key, answer, NOW)).status is ActionStatus.UNKNOWN
    assert after(once, events_of_reply(once, answer, NOW)).status is ActionStatus.FAILED


def test_what_was_not_sent_is_tried_again_but_not_for_ever():
    first, last = running("none"), running("none", attempts=MAX_ATTEMPTS)
    assert isinstance(events_of_reply(first, NotSent("x"), NOW)[0], NothingDone)
    assert isinstance(events_of_reply(last, NotSent("x"), NOW)[0], Failed)


def test_never_seen_counts_only_when_nothing_can_be_under_way_any_more():
    action = unknown(idempotency="lookup")
    soon = after(action, events_of_look_up(action, NeverSeen(), NOW + LATE))
    assert soon.status is ActionStatus.UNKNOWN
    late = NOW + LATE + timedelta(seconds=31)
    assert isinstance(events_of_look_up(action, NeverSeen(), late)[0], NothingDone)


def test_a_look_up_tells_success_and_refusal_and_else_nothing():
    action = unknown(idempotency="lookup")
    assert events_of_look_up(action, Answered(200, {"a": 1}), NOW) == [Succeeded(NOW, {"a": 1})]
    assert isinstance(events_of_look_up(action, Answered(422, None), NOW)[0], Failed)
    for nothing in (Answered(500, None), Answered(403, None), NoAnswer("x")):
        then = after(action, events_of_look_up(action, nothing, NOW))
        assert then.status is ActionStatus.UNKNOWN


def test_the_unclear_is_cleared_up_as_the_endpoint_can():
    assert isinstance(next_step(unknown(idempotency="key"), NOW), Attempt)
    assert isinstance(next_step(unknown(idempotency="lookup"), NOW), LookUp)
    assert isinstance(next_step(unknown(idempotency="none", effect="read"), NOW), Attempt)
    (asked,) = written(unknown(idempotency="none"))
    assert isinstance(asked, HumanAsked)


@pytest.mark.parametrize(
    "stuck",
    [
        {"attempts": MAX_ATTEMPTS},
        {"unclear_since": NOW - REPEATED_FOR - timedelta(seconds=1)},
    ],
)
def test_what_stays_unclear_ends_with_a_human(stuck):
    (asked,) = written(unknown(**stuck))
    assert isinstance(asked, HumanAsked)
    assert next_step(unknown(human_asked=True), NOW) is None


def test_nothing_is_done_before_its_time_or_while_an_attempt_is_somebodys():
    assert next_step(running(), NOW) is None
    assert next_step(unknown(due_at=NOW + timedelta(seconds=1)), NOW) is None
    crashed = next_step(running(), NOW + timedelta(seconds=30))
    assert isinstance(crashed, Write)


def test_what_nobody_confirms_runs_out():
    waiting = running(status=ActionStatus.AWAITING_CONFIRMATION, attempt_ends_at=None, due_at=NOW)
    (event,) = written(waiting)
    assert isinstance(event, Rejected)
