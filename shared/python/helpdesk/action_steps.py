"""What has to happen to an action next, and what an endpoint's reply means for it. Pure.

The rules, by what the endpoint does with a repeated key:

    key     an unclear outcome is cleared up by calling again with the same key; so it is for
            whatever only reads
    lookup  by asking; "never seen" counts only when a late request can no longer arrive
    none    by nobody but a human: the endpoint is called once, whatever happens
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.action_events import (
    ActionEvent,
    Failed,
    HumanAsked,
    NothingDone,
    OutcomeUnknown,
    Rejected,
    Succeeded,
)
from helpdesk.actions import Action, ActionStatus
from helpdesk.tool_calls import Answered, LookedUp, NeverSeen, NoAnswer, NotSent, ToolReply

CALL_SECONDS = 10.0
"""How long an endpoint has for its answer."""

ATTEMPT_TIME = timedelta(seconds=30)
"""How long an attempt is somebody's: its call and writing down what came of it."""

LATE = timedelta(minutes=10)
"""How long after an attempt its request may still arrive at the endpoint. A look-up that has never
seen the key is believed from then on."""

REPEATED_FOR = timedelta(hours=20)
"""How long an unclear call is repeated with its key: providers keep keys for 24 hours."""

MAX_ATTEMPTS = 10

_NO_WAY_TO_TELL = "The endpoint can't be asked, and it must not run twice."
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
_NO_OUTCOME = frozenset({401, 403, 404, 405, 407})
"""Statuses that say how the request was taken, not what came of an earlier one."""
_TRY_AGAIN = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Attempt:
    """The endpoint has to be called: the how-manieth time, and until when."""

    number: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class LookUp:
    """The endpoint has to be asked what became of the key."""


@dataclass(frozen=True, slots=True)
class Write:
    """These events have to be written; the endpoint is not called."""

    events: tuple[ActionEvent, ...]


Step = Attempt | LookUp | Write | None
"""None: nothing is to be done now."""


def next_step(action: Action, now: datetime) -> Step:
    """What has to happen to an action now."""
    if action.due_at is None or now < action.due_at:
        return None
    match action.status:
        case ActionStatus.AWAITING_CONFIRMATION:
            return Write((Rejected(now, "expiry", "Nobody confirmed it in time."),))
        case ActionStatus.RUNNING if action.attempt_ends_at:
            crashed = "The attempt ended without a word."
            return Write((OutcomeUnknown(now, crashed, now),))
        case ActionStatus.RUNNING:
            return _attempt(action, now)
        case ActionStatus.UNKNOWN:
            return _clear_up(action, now)
    return None


def events_of_reply(action: Action, reply: ToolReply, now: datetime) -> Sequence[ActionEvent]:
    """What a reply to the action's attempt means."""
    match reply:
        case NotSent(reason) if action.unclear_since is None:
            if action.attempts >= MAX_ATTEMPTS:
                return [Failed(now, "endpoint_unreachable", reason)]
            return [NothingDone(now, reason, now + pause_after(action.attempts))]
        case Answered(status, body) if 200 <= status < 300 and body is not None:
            return [Succeeded(now, body)]
        case Answered(status, body) if _refuses(action, status):
            return [Failed(now, f"endpoint_status_{status}", message_in(body))]
        case Answered(status):
            return _unclear(action, f"The endpoint answered {status}.", now)
        case NotSent(reason) | NoAnswer(reason):
            return _unclear(action, reason, now)


def events_of_look_up(action: Action, found: LookedUp, now: datetime) -> Sequence[ActionEvent]:
    """What a look-up's answer means."""
    match found:
        case Answered(status, body) if 200 <= status < 300 and body is not None:
            return [Succeeded(now, body)]
        case Answered(status, body) if _is_refusal(status):
            return [Failed(now, f"endpoint_status_{status}", message_in(body))]
        case NeverSeen():
            return [_never_seen(action, now)]
        case Answered(status):
            return [_unknown(action, f"The look-up answered {status}.", now)]
        case NoAnswer(reason):
            return [_unknown(action, reason, now)]


def pause_after(attempts: int) -> timedelta:
    """How long to wait before the next try: doubled each time, up to a few minutes."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(attempts, 10)
    return min(_LONGEST_PAUSE, doubled)


def message_in(body: object) -> str:
    """What an endpoint says about its refusal, cut short: it is shown to people, as data."""
    if isinstance(body, dict):
        for name in ("detail", "message", "error", "title"):
            if isinstance(said := body.get(name), str) and said.strip():
                return " ".join(said.split())[:200]
    return "The endpoint refused it."


def _attempt(action: Action, now: datetime) -> Step:
    return Attempt(action.attempts + 1, now + ATTEMPT_TIME)


def _clear_up(action: Action, now: datetime) -> Step:
    if action.human_asked:
        return None
    if _runs_once(action):
        return Write((HumanAsked(now, _NO_WAY_TO_TELL),))
    if now - (action.unclear_since or now) > REPEATED_FOR:
        return Write((HumanAsked(now, "It stayed unclear for too long."),))
    if action.tool.idempotency == "lookup":
        return LookUp()
    if action.attempts >= MAX_ATTEMPTS:
        return Write((HumanAsked(now, f"{MAX_ATTEMPTS} attempts did not clear it up."),))
    return _attempt(action, now)


def _refuses(action: Action, status: int) -> bool:
    """Whether a status says for certain that nothing was done and nothing will be."""
    if status == 409 and action.tool.idempotency == "key":
        return False  # Providers answer so while the first request with the key is under way.
    return _is_refusal(status) or (status in _NO_OUTCOME and action.unclear_since is None)


def _is_refusal(status: int) -> bool:
    return 400 <= status < 500 and status not in _NO_OUTCOME | _TRY_AGAIN


def _never_seen(action: Action, now: datetime) -> ActionEvent:
    if now < _quiet_from(action):
        again = max(now + pause_after(action.attempts), _quiet_from(action))
        return OutcomeUnknown(now, "The endpoint has not seen it yet.", again)
    if action.attempts >= MAX_ATTEMPTS:
        return Failed(now, "endpoint_unreachable", "The endpoint never received it.")
    return NothingDone(now, "The endpoint has never seen it.", now)


def _unclear(action: Action, reason: str, now: datetime) -> Sequence[ActionEvent]:
    unknown = _unknown(action, reason, now)
    return [unknown, HumanAsked(now, _NO_WAY_TO_TELL)] if _runs_once(action) else [unknown]


def _runs_once(action: Action) -> bool:
    return action.tool.idempotency == "none" and action.tool.effect == "write"


def _unknown(action: Action, reason: str, now: datetime) -> OutcomeUnknown:
    return OutcomeUnknown(now, reason, now + pause_after(action.attempts))


def _quiet_from(action: Action) -> datetime:
    """From when on no request of ours can arrive any more."""
    return (action.unclear_since or action.updated_at) + ATTEMPT_TIME + LATE
