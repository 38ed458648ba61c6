"""Hundreds of schedules of processes: done whole once, undone whole, or shown to a human.

``python -m tests.simulation.run --saga`` runs more of them.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk import action_changes, saga_steps, sagas
from helpdesk.action_events import StepAwaited
from helpdesk.actions import ActionStatus
from helpdesk.charging import charge_for_action
from helpdesk.saga import Await, NothingLeft, Standing, Take, what_next
from tests.simulation.run import live_through_sagas

SCHEDULES = 500


def live_through_all():
    for seed in range(SCHEDULES):
        live_through_sagas(seed)


def test_whatever_happens_a_process_is_done_whole_or_undone_whole():
    live_through_all()


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=SCHEDULES))
def test_no_other_seed_finds_a_way_either(seed):
    live_through_sagas(seed)


def test_a_seed_repeats_its_schedule_to_the_letter():
    first, again = live_through_sagas(7), live_through_sagas(7)
    assert first.scheduler.trace == again.scheduler.trace
    assert first.all_actions() == again.all_actions()


def nothing_is_undone(monkeypatch):
    real = what_next

    def careless(stages):
        following = real(stages)
        undoes = isinstance(following, Take | Await) and following.kind == "undo"
        return NothingLeft(len(stages) - 1) if undoes else following

    monkeypatch.setattr(sagas, "what_next", careless)


def an_undo_is_not_waited_for(monkeypatch):
    real = what_next

    def careless(stages):
        following = real(stages)
        awaited = isinstance(following, Await) and following.kind == "undo"
        return NothingLeft(len(stages) - 1) if awaited else following

    monkeypatch.setattr(sagas, "what_next", careless)


def an_unclear_step_is_taken_for_a_failed_one(monkeypatch):
    real = saga_steps._standing

    def careless(action):
        standing = real(action)
        unclear = standing and standing.status is ActionStatus.UNKNOWN
        return Standing(ActionStatus.FAILED) if unclear else standing

    monkeypatch.setattr(saga_steps, "_standing", careless)


def limits_of_steps_are_not_held(monkeypatch):
    monkeypatch.setattr(saga_steps, "holds_of", lambda *_: ())


def a_parent_is_left_waiting(monkeypatch):
    """Neither do its steps wake it, nor does it look at them by itself."""
    monkeypatch.setattr(action_changes, "_woken", lambda *_: None)
    real = StepAwaited
    monkeypatch.setattr(
        sagas, "StepAwaited", lambda at, step, what, _: real(at, step, what, at + timedelta(999))
    )


def steps_are_billed(monkeypatch):
    real = charge_for_action
    monkeypatch.setattr(
        action_changes,
        "charge_for_action",
        lambda action, tariffs: real(replace(action, parent=None), tariffs),
    )


@pytest.mark.parametrize(
    "breaks",
    [
        nothing_is_undone,
        an_undo_is_not_waited_for,
        an_unclear_step_is_taken_for_a_failed_one,
        limits_of_steps_are_not_held,
        a_parent_is_left_waiting,
        steps_are_billed,
    ],
    ids=lambda breaks: breaks.__name__,
)
def test_the_simulation_finds_what_is_broken_on_purpose(monkeypatch, breaks):
    breaks(monkeypatch)
    with pytest.raises(AssertionError):
        live_through_all()
