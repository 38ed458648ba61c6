"""Time, as an argument: a use case is given a clock instead of reading one."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, timezone-aware, cut to the milliseconds that the API shows."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def rfc3339(moment: datetime) -> str:
    """A moment as the API and the tables write it: ``2026-11-24T09:30:00.125Z``.

    The fixed width makes the text sort like the time.
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> datetime:
    """The moment that :func:`rfc3339` wrote. Raises ValueError for anything else."""
    return datetime.fromisoformat(text).astimezone(UTC)


def period_of(moment: datetime) -> str:
    """The billing period (a UTC month, ``2026-11``) that a moment belongs to."""
    return moment.astimezone(UTC).strftime("%Y-%m")
