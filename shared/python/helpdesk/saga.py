"""What comes next in a process of several steps, by how its steps stand. Pure.

    a step succeeded            the next one
    a step failed, was refused  those that were done are undone, the last one first
    all are undone              the process has failed, and nothing is left changed
    an undo failed, or a step that was done has none, or nobody can tell   a human

Steps and undos that have settled stay as they are, so whoever looks later, or at an older state,
never comes to another answer: only to an earlier one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from helpdesk.actions import ActionStatus

Kind = Literal["step", "undo"]
Reason = Literal["unclear", "not_undone", "no_undo"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a step or an undo stands."""

    status: ActionStatus
    human_asked: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A step and its undo; None for what has not been proposed yet."""

    step: Standing | None = None
    undo: Standing | None = None
    can_be_undone: bool = True


@dataclass(frozen=True, slots=True)
class Take:
    """This step or undo has to be proposed; steps count from 0."""

    number: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Await:
    """This step or undo is under way."""

    number: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class AskHuman:
    """This step or undo is not for a machine to clear up."""

    number: int
    kind: Kind
    reason: Reason


@dataclass(frozen=True, slots=True)
class AllDone:
    """All steps were taken."""


@dataclass(frozen=True, slots=True)
class NothingLeft:
    """This step was not possible, and those before it are undone."""

    refused: int


Next = Take | Await | AskHuman | AllDone | NothingLeft

_NOT_DONE = (ActionStatus.FAILED, ActionStatus.REJECTED)


def what_next(stages: Sequence[Stage]) -> Next:
    """What has to happen now."""
    for number, stage in enumerate(stages):
        if stage.step is None:
            return Take(number, "step")
        if stage.step.status in _NOT_DONE:
            return _unwind(stages, number)
        if stage.step.status is not ActionStatus.SUCCEEDED:
            return _under_way(number, "step", stage.step)
    return AllDone()


def _unwind(stages: Sequence[Stage], refused: int) -> Next:
    for number in reversed(range(refused)):
        stage = stages[number]
        if not stage.can_be_undone:
            return AskHuman(number, "step", "no_undo")
        if stage.undo is None:
            return Take(number, "undo")
        if stage.undo.status in _NOT_DONE:
            return AskHuman(number, "undo", "not_undone")
        if stage.undo.status is not ActionStatus.SUCCEEDED:
            return _under_way(number, "undo", stage.undo)
    return NothingLeft(refused)


def _under_way(number: int, kind: Kind, standing: Standing) -> Next:
    if standing.human_asked:
        return AskHuman(number, kind, "unclear")
    return Await(number, kind)
