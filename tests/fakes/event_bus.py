"""An event bus in memory."""

from collections.abc import Sequence

from helpdesk.events import DomainEvent


class MemoryEventBus:
    """Keeps what was published in ``events``."""

    def __init__(self) -> None:
        self.events: list[DomainEvent] = []

    def publish(self, events: Sequence[DomainEvent]) -> None:
        """Publishes events."""
        self.events.extend(events)
