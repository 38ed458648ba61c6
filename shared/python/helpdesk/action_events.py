"""What happens to an action: events, kept for ever. Its state is their sum (``actions.fold``)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from helpdesk.ids import ActionId, ConversationId, TenantId, TurnId
from helpdesk.tools import Arguments, Tool

Decider = Literal["policy", "customer", "agent", "expiry", "parent"]
Confirmer = Literal["customer", "agent"]
Outcome = Literal["endpoint", "steps", "agent"]


@dataclass(frozen=True, slots=True)
class Hold:
    """An amount of a limit that an action holds from its claim on; given back when it fails.

    ``counter`` names the limit and whose it is; ``room_micros`` is the limit itself, or None for
    what is held whether there is room or not: a colleague has allowed it.
    """

    counter: str
    micros: int
    room_micros: int | None


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation that an action belongs to, and its turn that tells of it, if one does."""

    conversation: ConversationId
    turn: TurnId | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Somebody wants this done. The tool is kept as it was then."""

    at: datetime
    tenant: TenantId
    action: ActionId
    tool: Tool
    arguments: Arguments
    summary: str
    order: str | None = None
    end_user: str | None = None
    place: Place | None = None
    parent: ActionId | None = None


@dataclass(frozen=True, slots=True)
class ConfirmationAsked:
    """These very arguments were shown to somebody, who may say yes until then.

    ``over_limit`` names the limits that a colleague is asked to let this go over; ``place`` is the
    turn that tells of it from now on.
    """

    at: datetime
    of: Confirmer
    arguments_hash: str
    expires_at: datetime
    over_limit: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Approved:
    """Somebody said yes to the arguments that were shown."""

    at: datetime
    by: Decider
    arguments_hash: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """It will not be done."""

    at: datetime
    by: Decider
    reason: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """It will be done once: its limits are held, and work on it is queued."""

    at: datetime
    holds: tuple[Hold, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """From now until ``ends_at`` the endpoint may be called, by whoever wrote this.

    ``writer`` is drawn by chance: two that start the same attempt in the same millisecond must not
    take each other's event for their own.
    """

    at: datetime
    number: int
    ends_at: datetime
    writer: str


@dataclass(frozen=True, slots=True)
class StepAwaited:
    """A step is under way, or is about to be; at ``try_at`` it is looked at again, whatever
    happens."""

    at: datetime
    step: ActionId
    what: str
    try_at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """Whether it was done can't be said. To be looked into from ``try_at`` on."""

    at: datetime
    reason: str
    try_at: datetime


@dataclass(frozen=True, slots=True)
class NothingDone:
    """The last attempt certainly did nothing. The next one may start at ``try_at``."""

    at: datetime
    reason: str
    try_at: datetime


@dataclass(frozen=True, slots=True)
class HumanAsked:
    """No machine can find out what happened; a colleague has to."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Succeeded:
    """It was done, once."""

    at: datetime
    result: Mapping[str, Any]
    by: Outcome = "endpoint"


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not done and will not be."""

    at: datetime
    code: str
    message: str
    by: Outcome = "endpoint"


ActionEvent = (
    Proposed
    | ConfirmationAsked
    | Approved
    | Rejected
    | Claimed
    | AttemptStarted
    | StepAwaited
    | OutcomeUnknown
    | NothingDone
    | HumanAsked
    | Succeeded
    | Failed
)
