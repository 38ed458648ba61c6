"""Ends the reading of a file that would take for ever."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from helpdesk.errors import DocumentUnreadable


class _OutOfTime(BaseException):
    """Not an Exception: parsers catch those to go on with what they can read."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Interrupts the block after so long. Raises DocumentUnreadable (``processing_timeout``).

    It works by a signal, so in the main thread only, which is where Lambda runs a handler;
    elsewhere the function's own timeout is the limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _OutOfTime as late:
        raise DocumentUnreadable(
            "processing_timeout", "The file takes too long to read. Split or simplify it."
        ) from late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _interrupt(*_: object) -> None:
    raise _OutOfTime
