"""What comes next in a process, for every way in which its steps and undos can stand."""

from dataclasses import replace
from itertools import takewhile

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.actions import ActionStatus
from helpdesk.saga import (
    AllDone,
    AskHuman,
    Await,
    NothingLeft,
    Stage,
    Standing,
    Take,
    what_next,
)

DONE, FAILED = Standing(ActionStatus.SUCCEEDED), Standing(ActionStatus.FAILED)
REFUSED, RUNNING = Standing(ActionStatus.REJECTED), Standing(ActionStatus.RUNNING)
UNCLEAR = Standing(ActionStatus.UNKNOWN)
ASKED = Standing(ActionStatus.UNKNOWN, human_asked=True)
NOT_DONE = (FAILED, REFUSED)

STANDINGS = st.none() | st.builds(Standing, st.sampled_from([*ActionStatus]), st.booleans())
STAGES = st.lists(st.builds(Stage, STANDINGS, STANDINGS, st.booleans()), min_size=2, max_size=5)


def stages(*steps, undos=(), no_undo=()):
    padded = [*undos, *[None] * (len(steps) - len(undos))]
    pairs = enumerate(zip(steps, padded, strict=True))
    return [Stage(step, undo, number not in no_undo) for number, (step, undo) in pairs]


def test_steps_are_taken_one_after_the_other():
    assert what_next(stages(None, None)) == Take(0, "step")
    assert what_next(stages(RUNNING, None)) == Await(0, "step")
    assert what_next(stages(UNCLEAR, None)) == Await(0, "step")
    assert what_next(stages(DONE, None)) == Take(1, "step")
    assert what_next(stages(DONE, DONE)) == AllDone()


def test_what_was_done_is_undone_the_last_one_first():
    for refused in NOT_DONE:
        assert what_next(stages(DONE, DONE, refused)) == Take(1, "undo")
        assert what_next(stages(DONE, DONE, refused, undos=[None, RUNNING])) == Await(1, "undo")
        assert what_next(stages(DONE, DONE, refused, undos=[None, DONE])) == Take(0, "undo")
        assert what_next(stages(DONE, DONE, refused, undos=[DONE, DONE])) == NothingLeft(2)
        assert what_next(stages(refused, None)) == NothingLeft(0)


def test_a_human_is_asked_about_what_no_machine_can_clear_up():
    assert what_next(stages(DONE, ASKED)) == AskHuman(1, "step", "unclear")
    assert what_next(stages(DONE, FAILED, undos=[ASKED])) == AskHuman(0, "undo", "unclear")
    for refused in NOT_DONE:
        stuck = stages(DONE, FAILED, undos=[refused])
        assert what_next(stuck) == AskHuman(0, "undo", "not_undone")
    assert what_next(stages(DONE, FAILED, no_undo=[0])) == AskHuman(0, "step", "no_undo")


@given(STAGES)
def test_done_is_said_just_when_every_step_was_done(found):
    steps = [stage.step for stage in found]
    every = all(step and step.status is ActionStatus.SUCCEEDED for step in steps)
    assert (what_next(found) == AllDone()) == every


@given(STAGES)
def test_nothing_left_is_said_only_when_a_step_was_refused_and_all_before_it_are_undone(found):
    following = what_next(found)
    if isinstance(following, NothingLeft):
        *before, refused = found[: following.refused + 1]
        assert refused.step
        assert refused.step.status in (ActionStatus.FAILED, ActionStatus.REJECTED)
        assert all(each.undo and each.undo.status is ActionStatus.SUCCEEDED for each in before)


@given(STAGES)
def test_what_is_proposed_was_not_proposed_before(found):
    following = what_next(found)
    if isinstance(following, Take):
        stage = found[following.number]
        assert getattr(stage, following.kind) is None
        assert following.kind == "step" or stage.can_be_undone


@given(STAGES)
def test_steps_go_forward_only_while_all_before_them_are_done_and_back_only_after_a_refusal(found):
    following = what_next(found)
    done = [*takewhile(lambda each: each.step and each.step.status == "succeeded", found)]
    if isinstance(following, Take | Await | AskHuman):
        if following.kind == "step" and following != AskHuman(following.number, "step", "no_undo"):
            assert following.number == len(done)
        else:
            refused = found[len(done)].step
            assert refused
            assert refused.status in (ActionStatus.FAILED, ActionStatus.REJECTED)
            assert following.number < len(done)


@given(st.lists(st.booleans(), min_size=2, max_size=5), st.data())
def test_it_comes_to_an_end_whatever_becomes_of_its_steps(undoable, data):
    found = [Stage(can_be_undone=each) for each in undoable]
    for _ in range(2 * len(found)):
        following = what_next(found)
        if not isinstance(following, Take):
            break
        outcome = data.draw(st.sampled_from([DONE, FAILED, REFUSED]))
        found[following.number] = replace(found[following.number], **{following.kind: outcome})
    assert isinstance(what_next(found), AllDone | NothingLeft | AskHuman)
