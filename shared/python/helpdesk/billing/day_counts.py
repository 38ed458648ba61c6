"""The dashboard's read model: what happened day by day, cheap to read, with its age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from helpdesk.billing.postings import DayCounts
from helpdesk.billing.quiet_shards import ALL_SHARDS
from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.ports import Books


@dataclass(frozen=True, slots=True)
class RecentDays:
    """The counts of the last days, today's last; everything before ``as_of`` is in them."""

    days: Mapping[date, DayCounts]
    as_of: datetime
    age: timedelta


@dataclass(frozen=True, slots=True)
class CountingDays:
    """Answers how much happened on each of the last days. The bill is exact; this is quick."""

    books: Books
    now: Clock

    def recent(self, tenant: TenantId, number: int) -> RecentDays:
        """So many UTC days up to today. They are as old as the oldest event that is unposted."""
        now = self.now()
        # Before the counts: what is posted in between makes them newer than they say, never older.
        waiting = [
            note.occurred_at for shard in ALL_SHARDS for note in self.books.unposted(tenant, shard)
        ]
        today = now.astimezone(UTC).date()
        dates = [today - timedelta(days=ago) for ago in reversed(range(number))]
        counts = self.books.days(tenant, dates[0], today)
        as_of = min([now, *waiting])
        return RecentDays({day: counts.get(day, {}) for day in dates}, as_of, now - as_of)
