"""Work on actions, in memory."""

from collections.abc import Sequence

from helpdesk.actions import Action
from helpdesk.ids import ActionId, TenantId


class MemoryActionQueue:
    """Remembers what was queued."""

    def __init__(self) -> None:
        self.sent: list[tuple[TenantId, ActionId]] = []

    def send(self, actions: Sequence[Action]) -> None:
        """Queues work on each of the actions."""
        self.sent += [(action.tenant, action.id) for action in actions]
