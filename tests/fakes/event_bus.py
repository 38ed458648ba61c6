"""An event bus in memory."""

from collections.abc import Sequence

from helpdesk.events import DomainEvent, PlatformEvent


class MemoryEventBus:
    """Keeps what was published in ``events``."""

    def __init__(self) -> None:
        self.events: list[DomainEvent | PlatformEvent] = []

    def publish(self, events: Sequence[DomainEvent | PlatformEvent]) -> None:
        """Publishes events."""
        self.events.extend(events)
