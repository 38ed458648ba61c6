"""The steps of a process as actions of their own: each is proposed once, for ever."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from helpdesk.action_changes import ActionChange, RequestClaim, change
from helpdesk.action_events import ActionEvent, Approved, Claimed, Place, Proposed, Rejected
from helpdesk.action_policy import Policy, Vetted, holds_of, summary_of
from helpdesk.action_waking import queue_at_once
from helpdesk.actions import Action, hash_of
from helpdesk.clock import Clock
from helpdesk.errors import NotFound, PolicyViolation, ValidationFailed
from helpdesk.ids import ActionId, new_id
from helpdesk.ports import ActionQueue, Actions, ArgumentSchema, Tools
from helpdesk.saga import Kind, Stage, Standing
from helpdesk.tariffs import Tariffs
from helpdesk.tools import Arguments, Tool

_NO_SUCH_STEP = "There is no tool {name} any more that could do this."


@dataclass(frozen=True, slots=True)
class TakenStage:
    """A step and its undo as they stand; None for what has not been proposed."""

    step: Action | None
    undo: Action | None


@dataclass(frozen=True, slots=True)
class SagaSteps:
    """Reads and proposes the steps of a parent action."""

    actions: Actions
    queue: ActionQueue
    tools: Tools
    schema: ArgumentSchema
    tariffs: Tariffs
    now: Clock

    def of(self, parent: Action) -> Sequence[TakenStage]:
        """How the steps stand."""
        return stages_taken(self.actions, parent)

    def propose(self, parent: Action, number: int, kind: Kind) -> None:
        """Proposes and claims a step, or writes down why it may not be taken.

        Either is decided once: a step that was refused is never taken later, because those before
        it may be undone by then.
        """
        arguments, tool = self._call(parent, number, kind)
        at = self.now()
        proposed = Proposed(
            at=at,
            tenant=parent.tenant,
            action=step_id(parent, number, kind),
            tool=tool,
            arguments=arguments,
            summary=summary_of(tool, arguments),
            end_user=parent.end_user,
            place=Place(parent.place.conversation) if parent.place else None,
            parent=parent.id,
        )
        request = request_of(parent, number, kind)
        try:
            vetted = self._vet(tool, arguments, parent)
            proposed = replace(proposed, arguments=vetted.arguments, order=vetted.order)
            holds = holds_of(tool, vetted, parent.end_user, at.date().isoformat())
            shown = hash_of(tool.name, vetted.arguments)
            self._record(request, proposed, Approved(at, "parent", shown), Claimed(at, holds))
        except (PolicyViolation, ValidationFailed) as refusal:
            self._record(request, proposed, Rejected(at, "policy", refusal.detail))

    def _call(self, parent: Action, number: int, kind: Kind) -> tuple[Arguments, Tool]:
        name = name_of(parent.tool, number, kind)
        try:
            tool = self.tools.get(parent.tenant, name)
        except NotFound:
            return {}, _gone(parent.tool, name)
        known = tool.parameters.get("properties", {})
        return {key: value for key, value in parent.arguments.items() if key in known}, tool

    def _vet(self, tool: Tool, arguments: Arguments, parent: Action) -> Vetted:
        if tool.endpoint is None or tool.effect != "write":
            raise PolicyViolation(_NO_SUCH_STEP.format(name=tool.name))
        return Policy(self.schema).vet(tool, arguments, parent.end_user)

    def _record(self, request: str, proposed: Proposed, *following: ActionEvent) -> None:
        claim = RequestClaim(request, hash_of(proposed.tool.name, proposed.arguments))
        moved: ActionChange = change(None, (proposed, *following), self.tariffs, claim)
        if self.actions.record(moved) is None:
            queue_at_once(self.actions, self.queue, moved)


def stages_taken(actions: Actions, parent: Action) -> Sequence[TakenStage]:
    """How the steps of a parent action stand, in one round trip."""
    ids = [
        (step_id(parent, number, "step"), step_id(parent, number, "undo"))
        for number in range(len(parent.tool.steps))
    ]
    found = actions.get_many(parent.tenant, [each for pair in ids for each in pair])
    return [TakenStage(found.get(step), found.get(undo)) for step, undo in ids]


def request_of(parent: Action, number: int, kind: Kind) -> str:
    """The request that a step is proposed by, the same for ever."""
    return f"{kind} {parent.id} {number + 1}"


def step_id(parent: Action, number: int, kind: Kind) -> ActionId:
    """The id of a step: it follows from the request, so all steps are read in one trip."""
    digest = hashlib.sha256(request_of(parent, number, kind).encode()).digest()
    return ActionId(new_id("act", parent.created_at, lambda length: digest[:length]))


def name_of(tool: Tool, number: int, kind: Kind) -> str:
    """The name of the tool that takes or undoes a step."""
    step = tool.steps[number]
    return step.tool if kind == "step" else step.undo or ""


def stages_of(parent: Action, taken: Sequence[TakenStage]) -> Sequence[Stage]:
    """The steps as what comes next is found by."""
    return [
        Stage(_standing(each.step), _standing(each.undo), step.undo is not None)
        for step, each in zip(parent.tool.steps, taken, strict=True)
    ]


def _standing(action: Action | None) -> Standing | None:
    return Standing(action.status, action.human_asked) if action else None


def _gone(process: Tool, name: str) -> Tool:
    """A tool in place of one that was deleted: its step is refused, and that is kept, too."""
    return replace(
        process, name=name, description=name, parameters={}, limits=(), steps=(), examples=()
    )
