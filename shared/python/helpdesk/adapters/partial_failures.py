"""Batches of which AWS may take a part: what was not taken is sent again, and then again."""

import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from helpdesk.errors import Unavailable

_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.05

Entry = TypeVar("Entry")
Send = Callable[[Sequence[Entry]], Sequence[Entry]]
"""Sends a batch and returns the entries that were not taken."""


def send_all(
    entries: Sequence[Entry],
    send: Send[Entry],
    what: str,
    pause: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
) -> None:
    """Sends until all entries were taken. Raises Unavailable, in which ``what`` is to blame."""
    left = entries
    for attempt in range(_ATTEMPTS):
        if attempt:
            pause(chance() * _FIRST_PAUSE_SECONDS * 2**attempt)
        if not (left := send(left)):
            return
    raise Unavailable(f"{what} does not take everything. Try again.", retry_after_seconds=1)
