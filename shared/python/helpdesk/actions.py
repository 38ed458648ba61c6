"""Actions: what an agent does at a tenant's systems, as a state machine whose history is kept.

                ┌─► awaiting_confirmation ─┬─► rejected
    proposed ───┤                          │
                └──────────► running ◄─────┘
                             │    ▲
                             ▼    │ certainly not done: tried again
                 succeeded · failed · unknown

*Unknown* is the truth after a crash, a time-out or an answer that says nothing; it is never taken
for failed. An action's state is the fold of its events, in which each transition is checked.

The action of a tool with steps never calls an endpoint: its steps are actions of their own, whose
parent it is, and it waits for them.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from helpdesk.action_events import (
    ActionEvent,
    Approved,
    AttemptStarted,
    Claimed,
    ConfirmationAsked,
    Confirmer,
    Decider,
    Failed,
    Hold,
    HumanAsked,
    NothingDone,
    OutcomeUnknown,
    Place,
    Proposed,
    Rejected,
    StepAwaited,
    Succeeded,
)
from helpdesk.errors import Conflict
from helpdesk.ids import ActionId, TenantId
from helpdesk.tools import Arguments, Tool

"""Who says what came of it."""


class ActionStatus(StrEnum):
    """Where an action stands."""

    PROPOSED = "proposed"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REJECTED = "rejected"

    @property
    def settled(self) -> bool:
        """Whether nothing will change any more."""
        return self in (ActionStatus.SUCCEEDED, ActionStatus.FAILED, ActionStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an action failed or was rejected: a stable word, and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Action:
    """The fold of an action's events; ``version`` is how many there are.

    ``due_at`` is when somebody has to look at it again; None when nobody has to.
    """

    tenant: TenantId
    id: ActionId
    tool: Tool
    arguments: Arguments
    summary: str
    status: ActionStatus
    version: int
    created_at: datetime
    updated_at: datetime
    order: str | None = None
    end_user: str | None = None
    place: Place | None = None
    parent: ActionId | None = None
    asked_of: Confirmer | None = None
    over_limit: str | None = None
    approved_by: Decider | None = None
    holds: tuple[Hold, ...] = ()
    attempts: int = 0
    attempt_ends_at: datetime | None = None
    attempt_writer: str | None = None
    unclear_since: datetime | None = None
    human_asked: bool = False
    due_at: datetime | None = None
    result: Mapping[str, Any] | None = None
    failure: Failure | None = None

    @property
    def arguments_hash(self) -> str:
        """What a yes is bound to."""
        return hash_of(self.tool.name, self.arguments)


def hash_of(tool: str, arguments: Arguments) -> str:
    """The fingerprint of a call: the same for the same arguments in whatever order."""
    text = json.dumps([tool, arguments], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fold(events: Iterable[ActionEvent]) -> Action:
    """The state that events lead to. Raises Conflict for a transition that there is not."""
    first, *others = events
    if not isinstance(first, Proposed):
        raise Conflict("An action begins with its proposal.")
    return after(_begin(first), others)


def after(action: Action, events: Iterable[ActionEvent]) -> Action:
    """The action after more events. Raises Conflict for a transition that there is not."""
    for event in events:
        if action.status not in _FROM[type(event)]:
            raise Conflict(f"The action is {action.status.value}: this can't happen to it now.")
        changed = _apply(action, event)
        action = replace(changed, version=action.version + 1, updated_at=event.at)
    return action


def _begin(event: Proposed) -> Action:
    return Action(
        tenant=event.tenant,
        id=event.action,
        tool=event.tool,
        arguments=event.arguments,
        summary=event.summary,
        status=ActionStatus.PROPOSED,
        version=1,
        created_at=event.at,
        updated_at=event.at,
        order=event.order,
        end_user=event.end_user,
        place=event.place,
        parent=event.parent,
    )


_OPEN = (ActionStatus.PROPOSED, ActionStatus.AWAITING_CONFIRMATION)
_UNDER_WAY = (ActionStatus.RUNNING, ActionStatus.UNKNOWN)
_FROM: Mapping[type[Any], Sequence[ActionStatus]] = {
    Proposed: (),
    ConfirmationAsked: _OPEN,
    Approved: _OPEN,
    Rejected: _OPEN,
    Claimed: _OPEN,
    AttemptStarted: _UNDER_WAY,
    StepAwaited: _UNDER_WAY,
    OutcomeUnknown: _UNDER_WAY,
    NothingDone: _UNDER_WAY,
    HumanAsked: (ActionStatus.UNKNOWN,),
    Succeeded: _UNDER_WAY,
    Failed: _UNDER_WAY,
}


def _apply(action: Action, event: ActionEvent) -> Action:
    match event:
        case ConfirmationAsked() | Approved() | Rejected() | Claimed():
            return _decided(action, event)
        case AttemptStarted() | StepAwaited() | OutcomeUnknown() | NothingDone() | HumanAsked():
            return _tried(action, event)
        case Succeeded() | Failed():
            return _ended(action, event)
        case Proposed():
            raise Conflict("An action is proposed once.")


def _decided(action: Action, event: ConfirmationAsked | Approved | Rejected | Claimed) -> Action:
    match event:
        case ConfirmationAsked():
            return replace(
                action,
                status=ActionStatus.AWAITING_CONFIRMATION,
                asked_of=event.of,
                over_limit=event.over_limit,
                place=event.place or action.place,
                due_at=event.expires_at,
            )
        case Approved():
            _check_approval(action, event)
            return replace(action, approved_by=event.by)
        case Rejected():
            failure = Failure(f"rejected_by_{event.by}", event.reason)
            return replace(action, status=ActionStatus.REJECTED, due_at=None, failure=failure)
        case Claimed():
            if action.approved_by is None:
                raise Conflict("Nobody has approved this.")
            return replace(
                action,
                status=ActionStatus.RUNNING,
                holds=event.holds,
                place=event.place or action.place,
                due_at=event.at,
            )


def _tried(
    action: Action,
    event: AttemptStarted | StepAwaited | OutcomeUnknown | NothingDone | HumanAsked,
) -> Action:
    match event:
        case AttemptStarted():
            return replace(
                action,
                status=ActionStatus.RUNNING,
                attempts=event.number,
                attempt_ends_at=event.ends_at,
                attempt_writer=event.writer,
                due_at=event.ends_at,
            )
        case StepAwaited():
            return replace(
                action,
                status=ActionStatus.RUNNING,
                unclear_since=None,
                human_asked=False,
                due_at=event.try_at,
            )
        case OutcomeUnknown():
            return replace(
                action,
                status=ActionStatus.UNKNOWN,
                attempt_ends_at=None,
                unclear_since=action.unclear_since or event.at,
                due_at=event.try_at,
            )
        case NothingDone():
            return replace(
                action,
                status=ActionStatus.RUNNING,
                attempt_ends_at=None,
                unclear_since=None,
                due_at=event.try_at,
            )
        case HumanAsked():
            return replace(action, human_asked=True, due_at=None)


def _ended(action: Action, event: Succeeded | Failed) -> Action:
    ended = replace(action, attempt_ends_at=None, due_at=None)
    match event:
        case Succeeded(result=result):
            return replace(ended, status=ActionStatus.SUCCEEDED, result=result)
        case Failed(code=code, message=message):
            failure = Failure(code, message)
            return replace(ended, status=ActionStatus.FAILED, holds=(), failure=failure)


def _check_approval(action: Action, event: Approved) -> None:
    """A yes counts for the arguments that were shown, from whom they were shown to, in time."""
    if event.by in ("policy", "parent"):
        if action.status is not ActionStatus.PROPOSED:
            raise Conflict("Somebody was asked: only they can approve it.")
        return
    if event.arguments_hash != action.arguments_hash:
        raise Conflict("The arguments are not those that were shown: ask again.")
    if action.due_at is not None and event.at >= action.due_at:
        raise Conflict("The answer came too late: ask again.")
    if action.asked_of == "agent" and event.by == "customer":
        raise Conflict("A colleague has to approve this.")
