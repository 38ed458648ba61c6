"""Work that a change asks for is queued at once, as far as the queue can be reached: the outbox,
written with the change, is what makes sure of it."""

from contextlib import suppress

from helpdesk.action_changes import ActionChange
from helpdesk.errors import NotFound, Unavailable
from helpdesk.ports import ActionQueue, Actions


def queue_at_once(actions: Actions, queue: ActionQueue, moved: ActionChange) -> None:
    """Queues work on the action that a change wakes, if it wakes one."""
    if moved.wakes is None:
        return
    action = moved.after
    with suppress(Unavailable, NotFound):
        woken = action if moved.wakes == action.id else actions.get(action.tenant, moved.wakes)
        queue.send([woken])
