"""Reconciling: whatever an action waits for, somebody comes and looks."""

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.clock import Clock
from helpdesk.events import ActionWork
from helpdesk.ids import ActionId, TenantId
from helpdesk.ports import ActionQueue, Actions

_AT_ONCE = 500
"""How many due actions one sweep queues at most; the next one is a minute later."""


@dataclass(frozen=True, slots=True)
class Reconciling:
    """Queues work on actions: what the outbox names, and what is due.

    Queued twice changes nothing: whoever comes second finds nothing to do.
    """

    actions: Actions
    queue_of_actions: ActionQueue
    now: Clock

    def queue(self, works: Sequence[ActionWork]) -> int:
        """Queues what the outbox names, but for what is over already, and says how much that is.

        Raises Unavailable.
        """
        wanted: dict[TenantId, set[ActionId]] = {}
        for work in works:
            wanted.setdefault(work.tenant, set()).add(work.action)
        found = [
            action
            for tenant, actions in wanted.items()
            for action in self.actions.get_many(tenant, actions).values()
            if action.due_at is not None
        ]
        self.queue_of_actions.send(found)
        return len(found)

    def sweep(self) -> int:
        """Queues what is due. Raises Unavailable."""
        due = self.actions.due(self.now(), _AT_ONCE)
        self.queue_of_actions.send(due)
        return len(due)
