"""What is written when an action moves on: everything of it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.action_events import (
    ActionEvent,
    Claimed,
    Hold,
    HumanAsked,
    Place,
    Proposed,
    Succeeded,
)
from helpdesk.actions import Action, ActionStatus, after, fold
from helpdesk.charging import charge_for_action
from helpdesk.ids import ActionId
from helpdesk.tariffs import Tariffs
from helpdesk.usage import UsageEvent


@dataclass(frozen=True, slots=True)
class RequestClaim:
    """Why an action was proposed: the same request never proposes a second one.

    ``key`` names the request within its tenant, for ever; ``fingerprint`` is what it asked for.
    """

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ActionChange:
    """An action before and after some events, and what else must be written with them.

    ``takes`` and ``returns`` are amounts of limits; ``wakes`` is the action on which work is
    to be queued (an outbox): itself, or its parent; ``usage`` bills it.
    """

    before: Action | None
    events: tuple[ActionEvent, ...]
    after: Action
    takes: tuple[Hold, ...] = ()
    returns: tuple[Hold, ...] = ()
    wakes: ActionId | None = None
    request: RequestClaim | None = None
    usage: UsageEvent | None = None

    @property
    def told_in(self) -> Place | None:
        """The turn that has to be told how the action stands now, if there is one."""
        place, status = self.after.place, self.after.status
        moved_on = self.before is not None and self.before.status is not status
        if not moved_on or place is None or place.turn is None:
            return None
        return place if status.settled or status is ActionStatus.UNKNOWN else None


def change(
    before: Action | None,
    events: Sequence[ActionEvent],
    tariffs: Tariffs,
    request: RequestClaim | None = None,
) -> ActionChange:
    """A change by these events. Raises Conflict for a transition that there is not."""
    changed = fold(events) if before is None else after(before, events)
    failed = changed.status is ActionStatus.FAILED
    return ActionChange(
        before=before,
        events=tuple(events),
        after=changed,
        takes=changed.holds if _has(events, Claimed) else (),
        returns=before.holds if before and failed else (),
        wakes=_woken(changed, events),
        request=request if _has(events, Proposed) else None,
        usage=charge_for_action(changed, tariffs) if _has(events, Succeeded) else None,
    )


def _woken(action: Action, events: Sequence[ActionEvent]) -> ActionId | None:
    if _has(events, Claimed):
        return action.id
    return action.parent if action.status.settled or _has(events, HumanAsked) else None


def _has(events: Sequence[ActionEvent], kind: type[ActionEvent]) -> bool:
    return any(isinstance(event, kind) for event in events)
