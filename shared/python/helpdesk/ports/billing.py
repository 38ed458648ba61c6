"""What was used, and what is made of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from helpdesk.billing.postings import DayCounts, Late, Posting, ShardTotals, Unposted
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import UsageEvent


class Ledger(Protocol):
    """The usage events, for ever: only ever added to."""

    def record(self, event: UsageEvent) -> UsageEvent:
        """Writes an event that belongs to no turn and no action, with the note that it is unposted.

        Returns the event that stands under its id from now on: this one, or an earlier one.
        """

    def pages(
        self, tenant: TenantId, period: str, shard: int, after: EventId | None = None
    ) -> Iterator[Sequence[UsageEvent]]:
        """The events whose facts happened in a period, in the order of their ids, a page at a time,
        from behind ``after`` on. Consistent: it holds what was written before the page is read."""

    def get_many(
        self, tenant: TenantId, places: Collection[tuple[str, EventId]]
    ) -> Sequence[UsageEvent]:
        """Those of the events that exist, by period and id, in any order."""


class Books(Protocol):
    """The accounts of all periods, and the notes of what is not in them yet. Consistent."""

    def unposted(self, tenant: TenantId, shard: int) -> Sequence[Unposted]:
        """The events of a shard that are in no account yet, in the order of their ids."""

    def post(self, posting: Posting) -> None:
        """Does a posting, all or nothing. At most 48 events, or 24 late ones.

        Raises AlreadyPosted and PeriodClosed.
        """

    def totals(self, tenant: TenantId, period: str) -> Sequence[ShardTotals]:
        """The shards of a tenant's period that have any posting, in order."""

    def close(self, tenant: TenantId, period: str, shard: int) -> ShardTotals:
        """Closes a shard for ever and returns it as it stands. Safe to repeat."""

    def replace(self, totals: ShardTotals) -> None:
        """Writes a shard's accounts anew, counted from the ledger: the version moves on by one.

        Raises Conflict when its version is not the one that is given, and PeriodClosed.
        """

    def late_into(self, tenant: TenantId, period: str) -> Sequence[Late]:
        """Events of earlier periods that were posted to this one, in the order of their ids."""

    def late_out_of(self, tenant: TenantId, period: str) -> Sequence[Late]:
        """Events of this period that were posted to a later one, in the order of their ids."""

    def days(self, tenant: TenantId, first: date, last: date) -> Mapping[date, DayCounts]:
        """The dashboard's counts of these days. It lags behind what happened."""
