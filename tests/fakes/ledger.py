"""The usage events in memory."""

import threading
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from helpdesk.clock import period_of
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import UsageEvent, shard_of
from tests.fakes.books import MemoryBooks

_PAGE = 10


class MemoryLedger:
    """Usage events in a dict, under one lock; ``books`` hold the notes of what is unposted."""

    def __init__(self, books: MemoryBooks | None = None) -> None:
        self.books = books or MemoryBooks()
        self._lock = threading.Lock()
        self._events: dict[tuple[TenantId, EventId], UsageEvent] = {}
        self._corrections: dict[tuple[TenantId, EventId | None], dict[int, UsageEvent]] = {}

    def record(self, event: UsageEvent) -> UsageEvent:
        """Writes an event with the note that it is unposted; returns the one that stands."""
        with self._lock:
            if standing := self._events.get((event.tenant, event.id)):
                return standing
            self._events[event.tenant, event.id] = event
            self.books.note(event)
        return event

    def correct(self, event: UsageEvent, number: int) -> UsageEvent:
        """Writes the ``number``-th correction of an event. Raises Conflict."""
        with self._lock:
            if standing := self._events.get((event.tenant, event.id)):
                return standing
            corrections = self._corrections.setdefault((event.tenant, event.corrects), {})
            if number in corrections:
                raise Conflict("There is such a correction.")
            corrections[number] = self._events[event.tenant, event.id] = event
            self.books.note(event)
        return event

    def corrections(self, tenant: TenantId, event: EventId) -> Sequence[UsageEvent]:
        """What was recorded by ``correct``, in order."""
        with self._lock:
            return [each for _, each in sorted(self._corrections.get((tenant, event), {}).items())]

    def pages(
        self, tenant: TenantId, period: str, shard: int, after: EventId | None = None
    ) -> Iterator[Sequence[UsageEvent]]:
        """A shard's events of a period in the order of their ids, ten at a time."""
        while page := list(islice(self._behind(tenant, period, shard, after or ""), _PAGE)):
            yield page
            after = page[-1].id

    def get_many(
        self, tenant: TenantId, places: Collection[tuple[str, EventId]]
    ) -> Sequence[UsageEvent]:
        """Those of the events that exist, by period and id."""
        with self._lock:
            found = [self._events.get((tenant, event)) for _, event in places]
        wanted = set(places)
        return [each for each in found if each and (period_of(each.occurred_at), each.id) in wanted]

    def _behind(
        self, tenant: TenantId, period: str, shard: int, after: str
    ) -> Iterator[UsageEvent]:
        with self._lock:
            own = [event for (owner, _), event in self._events.items() if owner == tenant]
        of_period = [event for event in own if period_of(event.occurred_at) == period]
        of_shard = [event for event in of_period if shard_of(event.id) == shard]
        yield from sorted((e for e in of_shard if e.id > after), key=lambda event: event.id)
