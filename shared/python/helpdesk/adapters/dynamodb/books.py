"""The accounts of all periods in DynamoDB, and the notes of what is not in them yet.

A note goes, and the accounts grow, in one transaction: the note that is there is what makes an
event be counted once. Totals and notes are read by transactions, too: these see either all of a
posting or nothing, which a query does not promise.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from helpdesk.adapters.dynamodb.billing_keys import (
    days_partition,
    late_into_partition,
    late_out_partition,
    totals_key,
    unposted_partition,
)
from helpdesk.adapters.dynamodb.book_items import (
    OPEN,
    counts_of,
    day_of,
    late_into_of,
    late_out_of,
    totals_fields,
    totals_of,
)
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import ItemKey
from helpdesk.adapters.dynamodb.posting_writes import posting_writes
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.usage_items import unposted_of
from helpdesk.adapters.dynamodb.writes import Write
from helpdesk.billing.postings import (
    AlreadyPosted,
    DayCounts,
    Late,
    PeriodClosed,
    Posting,
    ShardTotals,
    Unposted,
)
from helpdesk.errors import Conflict
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import SHARDS, Meter

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class DynamoDBBooks:
    """Totals, an item for each shard of a tenant's period; notes, late events and days beside."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def unposted(self, tenant: TenantId, shard: int) -> Sequence[Unposted]:
        """The events of a shard that are in no account yet, in the order of their ids."""
        partition = unposted_partition(tenant, shard)
        keys = [
            ItemKey(partition, fields["sk"])
            for fields in self._database.query(self._table, partition)
        ]
        found = self._database.get_together(self._table, keys)
        return [unposted_of(fields) for fields in found]

    def post(self, posting: Posting) -> None:
        """Does a posting, all or nothing. Raises AlreadyPosted, and else PeriodClosed."""
        try:
            self._database.write_all(*posting_writes(self._table, posting))
        except Refused as refused:
            notes = zip(posting.events, refused.obstacles, strict=False)
            if gone := frozenset(event for event, obstacle in notes if obstacle is not None):
                raise AlreadyPosted(gone) from refused
            raise PeriodClosed from refused

    def totals(self, tenant: TenantId, period: str) -> Sequence[ShardTotals]:
        """The shards of a tenant's period that have any posting or are closed, in order."""
        keys = [totals_key(tenant, period, shard) for shard in range(SHARDS)]
        found = self._database.get_together(self._table, keys)
        return [totals_of(tenant, period, fields) for fields in found]

    def close(self, tenant: TenantId, period: str, shard: int) -> ShardTotals:
        """Closes a shard for ever and returns it as it stands. Safe to repeat."""
        key = totals_key(tenant, period, shard)
        close = "SET #closed = :yes"
        closing = Write("Update", self._table, key, change=close, values={"yes": True})
        return totals_of(tenant, period, self._database.write(closing))

    def replace(self, totals: ShardTotals) -> None:
        """Writes a shard's accounts anew, counted from the ledger: the version moves on by one.

        Raises Conflict when its version is not the one that is given, and PeriodClosed.
        """
        known = "#version = :known" if totals.version else "attribute_not_exists(#version)"
        written = Write(
            "Put",
            self._table,
            totals_key(totals.tenant, totals.period, totals.shard),
            f"{known} AND {OPEN}",
            values={"known": totals.version} if totals.version else {},
            fields=totals_fields(replace(totals, version=totals.version + 1)),
        )
        try:
            self._database.write(written)
        except Refused as refused:
            (standing,) = refused.obstacles
            if standing and "closed" in standing:
                raise PeriodClosed from refused
            raise Conflict("The shard has moved on meanwhile.") from refused

    def late_into(self, tenant: TenantId, period: str) -> Sequence[Late]:
        """Events of earlier periods that were posted to this one, in the order of their ids."""
        found = self._database.query(self._table, late_into_partition(tenant, period))
        return [late_into_of(period, fields) for fields in found]

    def late_out_of(
        self, tenant: TenantId, period: str, first: EventId, last: EventId
    ) -> Sequence[Late]:
        """Events of this period that were posted to a later one, in the order of their ids: those
        from ``first`` to ``last``, both included."""
        partition = late_out_partition(tenant, period)
        found = self._database.query_between(self._table, partition, first, last)
        return [late_out_of(period, fields) for fields in found]

    def days(self, tenant: TenantId, first: date, last: date) -> Mapping[date, DayCounts]:
        """The dashboard's counts of those of the days that have any. Lags behind what happened."""
        found = self._database.query(self._table, days_partition(tenant), after=str(first))
        days: dict[date, Counter[Meter]] = defaultdict(Counter)
        for fields in takewhile(lambda each: day_of(each) <= last, found):
            days[day_of(fields)].update(counts_of(fields))
        return days
