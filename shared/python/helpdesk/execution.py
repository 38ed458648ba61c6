"""Execution: an action's next step is taken, as often as somebody asks, and done once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.action_changes import change
from helpdesk.action_events import ActionEvent, AttemptStarted, Failed, Succeeded
from helpdesk.action_steps import (
    CALL_SECONDS,
    Attempt,
    LookUp,
    Write,
    events_of_look_up,
    events_of_reply,
    next_step,
)
from helpdesk.action_waking import queue_at_once
from helpdesk.actions import Action, ActionStatus
from helpdesk.clock import Clock
from helpdesk.errors import Conflict, NotFound, Unavailable
from helpdesk.ids import ActionId, Chance, TenantId
from helpdesk.ports import ActionQueue, Actions, ToolCaller
from helpdesk.sagas import Sagas
from helpdesk.tariffs import Tariffs
from helpdesk.tool_calls import NotSent, ToolReply

_MOST_STEPS = 10
_WRITER_BYTES = 16


@dataclass(frozen=True, slots=True)
class Execution:
    """Takes an action's steps until there is none to take now.

    Whoever writes ``AttemptStarted`` first may call the endpoint, and nobody else. A crash
    anywhere leaves what is written: the next run goes on from there. A process of several steps
    calls no endpoint: it is moved on by its steps.
    """

    actions: Actions
    queue: ActionQueue
    caller: ToolCaller
    sagas: Sagas
    tariffs: Tariffs
    now: Clock
    chance: Chance = secrets.token_bytes

    def run(self, tenant: TenantId, action: ActionId) -> Action | None:
        """The action as it stands then; None when there is none.

        Raises Unavailable when the actions can't be read or written: ask again.
        """
        try:
            known = self.actions.get(tenant, action)
            for _ in range(_MOST_STEPS):
                moved = self._step(known)
                if moved is None:
                    return known
                known = moved
        except Conflict:
            # Somebody else took the step: the action is theirs.
            return self.actions.get(tenant, action)
        except NotFound:
            return None
        return known

    def _step(self, action: Action) -> Action | None:
        if action.tool.steps and action.status in (ActionStatus.RUNNING, ActionStatus.UNKNOWN):
            return self.sagas.advance(action)
        match next_step(action, self.now()):
            case Write(events):
                return self._write(action, events)
            case Attempt(number, ends_at):
                writer = self.chance(_WRITER_BYTES).hex()
                started = AttemptStarted(self.now(), number, ends_at, writer)
                return self._attempt(self._write(action, [started]))
            case LookUp():
                found = self.caller.look_up(action.tool, action.id, CALL_SECONDS)
                return self._write(action, events_of_look_up(action, found, self.now()))
        return None

    def _attempt(self, action: Action) -> Action:
        reply = self._reply(action)
        for _ in range(_MOST_STEPS):
            try:
                return self._write(action, events_of_reply(action, reply, self.now()))
            except Conflict:
                # The attempt took too long, and somebody has called it unclear. What the endpoint
                # said for certain still counts.
                action = self.actions.get(action.tenant, action.id)
                if action.status.settled or not _is_certain(action, reply, self.now()):
                    return action
        raise Unavailable("The action is being changed all the time.")

    def _reply(self, action: Action) -> ToolReply:
        left = (action.attempt_ends_at or self.now()) - self.now()
        if left.total_seconds() <= CALL_SECONDS:
            return NotSent("It began too late: another may take over before the call would end.")
        return self.caller.call(action.tool, action.arguments, action.id, CALL_SECONDS)

    def _write(self, action: Action, events: Sequence[ActionEvent]) -> Action:
        moved = change(action, events, self.tariffs)
        self.actions.record(moved)
        queue_at_once(self.actions, self.queue, moved)
        return moved.after


def _is_certain(action: Action, reply: ToolReply, now: datetime) -> bool:
    events = events_of_reply(action, reply, now)
    return all(isinstance(event, Succeeded | Failed) for event in events)
