"""Actions as the API takes and shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from helpdesk.action_events import (
    ActionEvent,
    Approved,
    AttemptStarted,
    Claimed,
    ConfirmationAsked,
    Failed,
    HumanAsked,
    NothingDone,
    OutcomeUnknown,
    Proposed,
    Rejected,
    StepAwaited,
    Succeeded,
)
from helpdesk.actions import Action, ActionStatus
from helpdesk.clock import rfc3339
from helpdesk.edge.answers import Answer, ListOut, ListQuery, Moment
from helpdesk.edge.requests import Request

_TYPES: Mapping[type[Any], str] = {
    Proposed: "proposed",
    ConfirmationAsked: "confirmation_asked",
    Approved: "approved",
    Rejected: "rejected",
    Claimed: "claimed",
    AttemptStarted: "attempt_started",
    StepAwaited: "step_awaited",
    OutcomeUnknown: "outcome_unknown",
    NothingDone: "nothing_done",
    HumanAsked: "human_asked",
    Succeeded: "succeeded",
    Failed: "failed",
}
_TOLD = frozenset(
    {
        *("by", "of", "number", "reason", "code", "message", "expires_at", "try_at"),
        *("over_limit", "step", "what"),
    }
)
"""What of an event is told beside its type and time; what the action shows is not said twice."""


class ActionIn(Request):
    """A call of a tool."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tool": "refund_order",
                    "arguments": {"order_id": "LF-1042", "amount": "20.00"},
                }
            ]
        }
    )
    tool: Annotated[str, Field(min_length=1, max_length=64)]
    arguments: dict[str, Any]
    conversation_id: Annotated[str | None, Field(min_length=1, max_length=64)] = None


class DecisionIn(Request):
    """What somebody says to an action that waits for it.

    For one whose outcome is unknown, ``approve`` says that it was done and ``reject`` that it was
    not.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "approve"}]})
    decision: Literal["approve", "reject"]


class ActionsQuery(ListQuery):
    """Which actions."""

    status: ActionStatus | None = None
    conversation_id: Annotated[str | None, Field(max_length=64)] = None


class ActionErrorOut(Answer):
    """Why an action failed or was rejected."""

    code: str
    message: str


class ActionEventOut(Answer):
    """Something that happened to an action; further fields by type."""

    model_config = ConfigDict(extra="allow")
    type: str
    at: Moment


class ActionOut(Answer):
    """An action as it stands."""

    id: Annotated[str, Field(examples=["act_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    tool: str
    status: ActionStatus
    summary: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: ActionErrorOut | None
    attempts: int
    human_asked: bool
    over_limit: str | None
    conversation_id: str | None
    turn_id: str | None
    parent_id: str | None
    end_user: str | None
    created_at: Moment
    updated_at: Moment

    @classmethod
    def of(cls, action: Action) -> "ActionOut":
        """An action at the border."""
        return cls(**action_view(action))


class ActionWithHistoryOut(ActionOut):
    """An action with its history, of which it is the sum."""

    events: Sequence[ActionEventOut]


class ActionsOut(ListOut[ActionOut]):
    """A page of actions, newest first."""


def action_view(action: Action) -> dict[str, Any]:
    """The fields of an action at the border."""
    failure = action.failure
    place = action.place
    return {
        "id": action.id,
        "tool": action.tool.name,
        "status": action.status,
        "summary": action.summary,
        "arguments": action.arguments,
        "result": action.result,
        "error": ActionErrorOut(code=failure.code, message=failure.message) if failure else None,
        "attempts": action.attempts,
        "human_asked": action.human_asked,
        "over_limit": action.over_limit,
        "conversation_id": place.conversation if place else None,
        "turn_id": place.turn if place else None,
        "parent_id": action.parent,
        "end_user": action.end_user,
        "created_at": action.created_at,
        "updated_at": action.updated_at,
    }


def event_view(event: ActionEvent) -> ActionEventOut:
    """An event at the border."""
    told = {each.name: getattr(event, each.name) for each in fields(event) if each.name in _TOLD}
    shown = {
        name: rfc3339(value) if isinstance(value, datetime) else value
        for name, value in told.items()
    }
    return ActionEventOut(type=_TYPES[type(event)], at=event.at, **shown)
