"""Thousands of schedules of crashes, time-outs, repetitions and races: once, or not at all.

``python -m tests.simulation.run`` runs more of them.
"""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk import acting, action_steps, actions, execution
from helpdesk.action_events import AttemptStarted, NothingDone
from helpdesk.action_policy import holds_of
from helpdesk.tool_calls import NoAnswer
from tests.fakes.actions import MemoryActions
from tests.simulation.run import live_through

SCHEDULES = 1_000


def live_through_all():
    for seed in range(SCHEDULES):
        live_through(seed)


def test_whatever_happens_it_is_done_once_and_told_truly():
    live_through_all()


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=SCHEDULES))
def test_no_other_seed_finds_a_way_either(seed):
    live_through(seed)


def test_a_seed_repeats_its_schedule_to_the_letter():
    first, again = live_through(7), live_through(7)
    assert first.scheduler.trace == again.scheduler.trace
    assert first.all_actions() == again.all_actions()


def a_silence_is_taken_for_a_failure(monkeypatch):
    real = action_steps.events_of_reply

    def careless(action, reply, now):
        if isinstance(reply, NoAnswer):
            return [NothingDone(now, reply.reason, now)]
        return real(action, reply, now)

    monkeypatch.setattr(execution, "events_of_reply", careless)


def a_look_up_is_believed_too_soon(monkeypatch):
    monkeypatch.setattr(action_steps, "LATE", action_steps.ATTEMPT_TIME * -1)


def limits_are_read_but_not_held(monkeypatch):
    real = MemoryActions.record
    forget = lambda self, change: real(self, replace(change, takes=()))  # noqa: E731
    monkeypatch.setattr(MemoryActions, "record", forget)


def attempts_have_no_writer(monkeypatch):
    real = AttemptStarted
    monkeypatch.setattr(
        execution, "AttemptStarted", lambda at, number, ends_at, _: real(at, number, ends_at, "")
    )


def versions_are_not_compared(monkeypatch):
    real = MemoryActions.record

    def careless(self, change):
        head = self._heads.get((change.after.tenant, change.after.id))
        return real(self, replace(change, before=head))

    monkeypatch.setattr(MemoryActions, "record", careless)


def the_key_is_new_each_time(monkeypatch):
    real = execution.Execution._reply

    def careless(self, action):
        return real(self, replace(action, id=f"{action.id}_{action.attempts}"))

    monkeypatch.setattr(execution.Execution, "_reply", careless)


def anybody_approves_what_is_over_a_limit(monkeypatch):
    monkeypatch.setattr(actions, "_check_approval", lambda action, event: None)


def what_one_was_allowed_all_are(monkeypatch):
    careless = lambda *given, **_: holds_of(*given, over_limit=True)  # noqa: E731
    monkeypatch.setattr(acting, "holds_of", careless)


@pytest.mark.parametrize(
    "breaks",
    [
        a_silence_is_taken_for_a_failure,
        a_look_up_is_believed_too_soon,
        limits_are_read_but_not_held,
        attempts_have_no_writer,
        versions_are_not_compared,
        the_key_is_new_each_time,
        anybody_approves_what_is_over_a_limit,
        what_one_was_allowed_all_are,
    ],
    ids=lambda breaks: breaks.__name__,
)
def test_the_simulation_finds_what_is_broken_on_purpose(monkeypatch, breaks):
    breaks(monkeypatch)
    with pytest.raises(AssertionError):
        live_through_all()
