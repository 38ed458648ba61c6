"""The usage events in memory."""

import threading
from collections.abc import Sequence

from helpdesk.clock import period_of
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import UsageEvent


class MemoryLedger:
    """Usage events in a dict, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: dict[tuple[TenantId, EventId], UsageEvent] = {}

    def record(self, event: UsageEvent) -> bool:
        """Writes an event that belongs to no turn. False when the same id was written before."""
        with self._lock:
            if (event.tenant, event.id) in self._events:
                return False
            self._events[event.tenant, event.id] = event
        return True

    def events(self, tenant: TenantId, period: str) -> Sequence[UsageEvent]:
        """All events of a tenant in a period, in the order of their ids."""
        with self._lock:
            own = [
                event
                for event in self._events.values()
                if event.tenant == tenant and period_of(event.occurred_at) == period
            ]
        return sorted(own, key=lambda event: event.id)
