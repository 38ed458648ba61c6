"""Sagas: processes of several steps are done whole, or undone whole, or shown to a human."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.action_changes import change
from helpdesk.action_events import (
    ActionEvent,
    Failed,
    HumanAsked,
    OutcomeUnknown,
    StepAwaited,
    Succeeded,
)
from helpdesk.action_waking import queue_at_once
from helpdesk.actions import Action
from helpdesk.saga import AllDone, AskHuman, Await, Kind, NothingLeft, Take, what_next
from helpdesk.saga_steps import SagaSteps, TakenStage, name_of, stages_of, step_id

_FIRST_LOOK, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
_RESULT_BYTES = 64 * 1024
_WHY = {
    "unclear": "It is unclear whether {what} was done.",
    "not_undone": "What was done could not be undone: {what} was not possible. {why}",
    "no_undo": "A later step was not possible, and for {what}, which was done, there is no undo.",
}


@dataclass(frozen=True, slots=True)
class Sagas:
    """Moves a parent action on, by nothing but how its steps stand.

    What is about to be proposed is written at the parent first: a colleague's word on the parent
    and a further step exclude each other.
    """

    steps: SagaSteps

    def advance(self, parent: Action) -> Action | None:
        """The parent after one move; None when there is none to make now. Raises Conflict."""
        taken = self.steps.of(parent)
        now = self.steps.now()
        match what_next(stages_of(parent, taken)):
            case Take(number, kind):
                moved = self._write(parent, _awaited(parent, number, kind, now, _FIRST_LOOK))
                self.steps.propose(moved, number, kind)
                return moved
            case Await(number, kind):
                return self._wait(parent, number, kind, now)
            case AskHuman() as asked:
                return self._ask(parent, _reason(parent, taken, asked), now)
            case AllDone():
                result = {"steps": [_result(each.step, len(taken)) for each in taken]}
                return self._write(parent, Succeeded(now, result, by="steps"))
            case NothingLeft(refused):
                return self._write(parent, _failed(taken[refused], now))

    def _wait(self, parent: Action, number: int, kind: Kind, now: datetime) -> Action | None:
        if parent.due_at is not None and now < parent.due_at:
            return None
        pause = min(_LONGEST_PAUSE, max(_FIRST_LOOK, 2 * (now - parent.updated_at)))
        return self._write(parent, _awaited(parent, number, kind, now, pause))

    def _ask(self, parent: Action, reason: str, now: datetime) -> Action | None:
        asked = HumanAsked(now, reason)
        if not parent.human_asked:
            return self._write(parent, OutcomeUnknown(now, reason, now), asked)
        *_, last = self.steps.actions.history(parent.tenant, parent.id)
        if isinstance(last, HumanAsked) and last.reason == reason:
            return None
        return self._write(parent, asked)

    def _write(self, parent: Action, *events: ActionEvent) -> Action:
        moved = change(parent, events, self.steps.tariffs)
        self.steps.actions.record(moved)
        queue_at_once(self.steps.actions, self.steps.queue, moved)
        return moved.after


def _awaited(
    parent: Action, number: int, kind: Kind, now: datetime, pause: timedelta
) -> StepAwaited:
    step = step_id(parent, number, kind)
    return StepAwaited(now, step, _named(parent, number, kind), now + pause)


def _named(parent: Action, number: int, kind: Kind) -> str:
    return f"{kind} {number + 1} ({name_of(parent.tool, number, kind)})"


def _reason(parent: Action, taken: Sequence[TakenStage], asked: AskHuman) -> str:
    undo = taken[asked.number].undo
    why = undo.failure.message if undo and undo.failure else ""
    what = _named(parent, asked.number, asked.kind)
    return _WHY[asked.reason].format(what=what, why=why).strip()


def _result(step: Action | None, of: int) -> object:
    """What a step answered; a very long answer stays with the step."""
    if step is None:
        return {}
    result = dict(step.result or {})
    if len(json.dumps(result).encode()) > _RESULT_BYTES // of:
        return {"action_id": step.id}
    return result


def _failed(stage: TakenStage, now: datetime) -> Failed:
    failure = stage.step.failure if stage.step else None
    if failure is None:
        return Failed(now, "step_failed", "A step was not possible.", by="steps")
    return Failed(now, failure.code, failure.message, by="steps")
