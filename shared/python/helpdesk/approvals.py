"""Approvals: while an action waits for a colleague, somebody is reminded, and in the end it ends.

The process runs for days outside; each of its tasks looks at the action first, so that a decision
ends it and nothing is told too late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.action_changes import change
from helpdesk.action_steps import Write, next_step
from helpdesk.actions import Action, ActionStatus
from helpdesk.clock import Clock
from helpdesk.domain_events import reminder_of
from helpdesk.errors import Conflict, NotFound
from helpdesk.events import ApprovalProcess
from helpdesk.ids import ActionId, TenantId
from helpdesk.ports import Actions, EventBus
from helpdesk.tariffs import Tariffs


@dataclass(frozen=True, slots=True)
class Approvals:
    """Takes the tasks of a process; one that is taken again changes nothing more."""

    actions: Actions
    bus: EventBus
    tariffs: Tariffs
    now: Clock

    def take(self, process: ApprovalProcess) -> ApprovalProcess:
        """The process after the task that it is at: what comes next, and when.

        Raises Unavailable: take it again.
        """
        action = self._action(process.tenant, process.action)
        if action is None or not _waits(action):
            return _ended(process)
        match process.next:
            case "plan":
                return _going_on(process, action, self._reminders(process, action), self.now())
            case "remind" if process.next_at:
                self.bus.publish([reminder_of(action, process.next_at)])
            case "expire":
                action = self._expire(action)
        if not _waits(action):
            return _ended(process)
        return _going_on(process, action, process.reminders, self.now())

    def _action(self, tenant: TenantId, action: ActionId) -> Action | None:
        try:
            return self.actions.get(tenant, action)
        except NotFound:
            return None

    def _reminders(self, process: ApprovalProcess, action: Action) -> Sequence[datetime]:
        """Counted from when the colleague was asked; what has passed already is left out."""
        asked_at = action.updated_at
        times = [asked_at + timedelta(seconds=each) for each in process.remind_after_seconds]
        ends = action.due_at or asked_at
        return sorted(time for time in times if self.now() <= time < ends)

    def _expire(self, action: Action) -> Action:
        step = next_step(action, self.now())
        if not isinstance(step, Write):
            return action  # Our clock has not come as far as the process's.
        expired = change(action, step.events, self.tariffs)
        try:
            self.actions.record(expired)
        except Conflict:
            return self.actions.get(action.tenant, action.id)
        return expired.after


def _waits(action: Action) -> bool:
    waits = action.status is ActionStatus.AWAITING_CONFIRMATION
    return waits and action.asked_of == "agent"


def _ended(process: ApprovalProcess) -> ApprovalProcess:
    return process.model_copy(update={"next": "end", "next_at": None, "reminders": ()})


def _going_on(
    process: ApprovalProcess, action: Action, reminders: Sequence[datetime], now: datetime
) -> ApprovalProcess:
    if reminders:
        first, *others = reminders
        following = {"next": "remind", "next_at": first, "reminders": tuple(others)}
    else:
        # The process waits for whole seconds: it must not come too early, nor again at once.
        ends = max(action.due_at or now, now) + timedelta(seconds=1)
        following = {"next": "expire", "next_at": ends, "reminders": ()}
    return process.model_copy(update=following)
