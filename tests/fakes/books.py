"""The accounts of all periods in memory, and the notes of what is not in them yet."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from helpdesk.billing.accounts import merged
from helpdesk.billing.postings import (
    AlreadyPosted,
    DayCounts,
    Late,
    PeriodClosed,
    Posting,
    ShardTotals,
    Unposted,
)
from helpdesk.clock import period_of
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import Meter, UsageEvent, shard_of


class MemoryBooks:
    """Notes and totals in dicts, under one lock. ``note`` is what writes of events call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._notes: dict[tuple[TenantId, EventId], Unposted] = {}
        self._totals: dict[tuple[TenantId, str, int], ShardTotals] = {}
        self._late: dict[tuple[TenantId, EventId], Late] = {}
        self._days: dict[tuple[TenantId, date], Counter[Meter]] = {}

    def note(self, event: UsageEvent) -> None:
        """Notes that an event that was just written is unposted."""
        note = Unposted(event.id, period_of(event.occurred_at), event.occurred_at)
        with self._lock:
            self._notes[event.tenant, event.id] = note

    def unposted(self, tenant: TenantId, shard: int) -> Sequence[Unposted]:
        """The events of a shard that are in no account yet, in the order of their ids."""
        with self._lock:
            notes = [note for (owner, _), note in self._notes.items() if owner == tenant]
        own = [note for note in notes if shard_of(note.event) == shard]
        return sorted(own, key=lambda note: note.event)

    def post(self, posting: Posting) -> None:
        """Does a posting, all or nothing. Raises AlreadyPosted and PeriodClosed."""
        tenant = posting.tenant
        with self._lock:
            known = {event for event in posting.events if (tenant, event) in self._notes}
            if len(known) < len(posting.events):
                raise AlreadyPosted(frozenset(posting.events) - known)
            before = self._shard(tenant, posting.period, posting.shard)
            if before.closed:
                raise PeriodClosed
            self._totals[tenant, posting.period, posting.shard] = replace(
                before,
                version=before.version + 1,
                accounts=merged([before.accounts, posting.accounts]),
            )
            for event in posting.events:
                del self._notes[tenant, event]
            for event, period in posting.late_from.items():
                self._late[tenant, event] = Late(event, period, posting.period)
            for day, counts in posting.days.items():
                self._days.setdefault((tenant, day), Counter()).update(counts)

    def totals(self, tenant: TenantId, period: str) -> Sequence[ShardTotals]:
        """The shards of a tenant's period that have any posting or are closed, in order."""
        with self._lock:
            own = [
                totals
                for (owner, of, _), totals in self._totals.items()
                if (owner, of) == (tenant, period)
            ]
        return sorted(own, key=lambda totals: totals.shard)

    def close(self, tenant: TenantId, period: str, shard: int) -> ShardTotals:
        """Closes a shard for ever and returns it as it stands. Safe to repeat."""
        with self._lock:
            closed = replace(self._shard(tenant, period, shard), closed=True)
            self._totals[tenant, period, shard] = closed
        return closed

    def replace(self, totals: ShardTotals) -> None:
        """Writes a shard's accounts anew. Raises Conflict and PeriodClosed."""
        with self._lock:
            before = self._shard(totals.tenant, totals.period, totals.shard)
            if before.closed:
                raise PeriodClosed
            if before.version != totals.version:
                raise Conflict("The shard has moved on meanwhile.")
            self._totals[totals.tenant, totals.period, totals.shard] = replace(
                totals, version=totals.version + 1
            )

    def late_into(self, tenant: TenantId, period: str) -> Sequence[Late]:
        """Events of earlier periods that were posted to this one, in the order of their ids."""
        return [late for late in self._late_of(tenant) if late.posted_to == period]

    def late_out_of(
        self, tenant: TenantId, period: str, first: EventId, last: EventId
    ) -> Sequence[Late]:
        """Events of this period that were posted to a later one, in the order of their ids."""
        return [
            late
            for late in self._late_of(tenant)
            if late.happened_in == period and first <= late.event <= last
        ]

    def days(self, tenant: TenantId, first: date, last: date) -> Mapping[date, DayCounts]:
        """The counts of those of the days that have any."""
        with self._lock:
            return {
                day: dict(counts)
                for (owner, day), counts in sorted(self._days.items())
                if owner == tenant and first <= day <= last
            }

    def _shard(self, tenant: TenantId, period: str, shard: int) -> ShardTotals:
        return self._totals.get((tenant, period, shard), ShardTotals(tenant, period, shard))

    def _late_of(self, tenant: TenantId) -> Sequence[Late]:
        with self._lock:
            own = [late for (owner, _), late in self._late.items() if owner == tenant]
        return sorted(own, key=lambda late: late.event)
