"""Time in the simulation."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class SimulatedClock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        """The time."""
        return self._now

    def forward(self, by: timedelta) -> None:
        """Lets time pass."""
        self._now += by
