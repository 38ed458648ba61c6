"""Domain events on an EventBridge bus."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpdesk.adapters.aws_errors import aws_errors
from helpdesk.adapters.partial_failures import send_all
from helpdesk.events import DomainEvent, PlatformEvent

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

SOURCE, PLATFORM_SOURCE = "helpdesk", "helpdesk.platform"
"""What our events say that they come from: a tenant's things, or the platform as a whole."""

_WHAT = "The event bus"
_MAX_ENTRIES = 10

_Entry = dict[str, Any]


class EventBridgeBus:
    """Publishes each event as JSON under its type (``document.ready``)."""

    def __init__(self, client: "EventBridgeClient", bus_name: str) -> None:
        self._client = client
        self._bus_name = bus_name

    def publish(self, events: Sequence[DomainEvent | PlatformEvent]) -> None:
        """Publishes events, at least once. Raises Unavailable when any was not taken."""
        entries = [self._entry(event) for event in events]
        for start in range(0, len(entries), _MAX_ENTRIES):
            send_all(entries[start : start + _MAX_ENTRIES], self._send, _WHAT)

    def _entry(self, event: DomainEvent | PlatformEvent) -> _Entry:
        return {
            "EventBusName": self._bus_name,
            "Source": SOURCE if isinstance(event, DomainEvent) else PLATFORM_SOURCE,
            "DetailType": event.type,
            "Time": event.occurred_at,
            "Detail": event.model_dump_json(),
        }

    def _send(self, entries: Sequence[_Entry]) -> Sequence[_Entry]:
        batch: Any = entries
        with aws_errors(_WHAT):
            answer = self._client.put_events(Entries=batch)
        results = zip(entries, answer["Entries"], strict=True)
        return [entry for entry, result in results if result.get("ErrorCode")]
