"""A FIFO queue of deliveries in memory."""

from collections import deque
from collections.abc import Sequence

from helpdesk.events import DeliveryDue


class MemoryDeliveryQueue:
    """Keeps messages in ``messages``; one that was ever sent is not sent again."""

    def __init__(self) -> None:
        self.messages: deque[DeliveryDue] = deque()
        self._seen: set[DeliveryDue] = set()

    def send(self, due: Sequence[DeliveryDue]) -> None:
        """Queues messages."""
        for each in due:
            if each not in self._seen:
                self._seen.add(each)
                self.messages.append(each)

    def forget(self) -> None:
        """As after five minutes, or when all messages were lost."""
        self.messages.clear()
        self._seen.clear()
