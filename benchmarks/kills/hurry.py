"""Leases, pauses and deadlines made short, so that what takes hours is over in minutes.

The product has no such options, and is to have none: these processes alone change its constants.
What has to hold between them still does: a call ends well before its attempt does, and a look-up
is believed only when nothing can be on its way any more.
"""

from datetime import datetime, timedelta

from helpdesk import action_steps, execution
from helpdesk.clock import utc_now

CALL_SECONDS = 1.0
ATTEMPT_SECONDS = 2.5
VISIBLE_AGAIN_SECONDS = 3
"""When the queue gives a dead worker's message to another."""

_LATE = timedelta(seconds=4)
_PAUSES = timedelta(seconds=0.1), timedelta(seconds=1)
_QUEUE_HASTE = 30


def hurry() -> None:
    """Shortens this process's times."""
    vars(execution)["CALL_SECONDS"] = CALL_SECONDS
    action_steps.ATTEMPT_TIME = timedelta(seconds=ATTEMPT_SECONDS)
    action_steps.LATE = _LATE
    action_steps._FIRST_PAUSE, action_steps._LONGEST_PAUSE = _PAUSES


def queue_clock() -> datetime:
    """A clock for the queue's deduplication, whose minutes last two seconds."""
    now = utc_now()
    return now + timedelta(seconds=now.timestamp() % 86_400 * (_QUEUE_HASTE - 1))
