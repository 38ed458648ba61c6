"""Usage events in DynamoDB: put once, never changed, never expired."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import event_key, usage_key, usage_partition
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_of, event_writes
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.clock import period_of
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import UsageEvent

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PAGE = 500


class DynamoDBLedger:
    """The usage events, eight partitions for each tenant and period."""

    def __init__(self, client: "DynamoDBClient", table: str, books_table: str) -> None:
        self._database = Database(client)
        self._table = table
        self._tables = UsageTables(table, books_table)

    def record(self, event: UsageEvent) -> UsageEvent:
        """Writes an event that belongs to no turn and no action, with the note that it is unposted.

        Returns the event that stands under its id from now on: this one, or an earlier one.
        """
        # The mark holds across periods: a repetition after midnight of a month's end is one, too.
        fields = {"period": period_of(event.occurred_at)}
        mark = Write("Put", self._table, event_key(event.tenant, event.id), ABSENT, fields=fields)
        try:
            self._database.write_all(mark, *event_writes(self._tables, event))
        except Refused as refused:
            marked, standing, _ = refused.obstacles
            if not standing:
                place = usage_key(event.tenant, (marked or fields)["period"], event.id)
                (standing,) = self._database.get_together(self._table, [place])
            return event_of(standing)
        return event

    def pages(
        self, tenant: TenantId, period: str, shard: int, after: EventId | None = None
    ) -> Iterator[Sequence[UsageEvent]]:
        """The events whose facts happened in a period, in the order of their ids, a page at a time,
        from behind ``after`` on."""
        partition = usage_partition(tenant, period, shard)
        while True:
            found = self._database.query(self._table, partition, after=after, limit=_PAGE)
            page = [event_of(fields) for fields in found]
            if page:
                yield page
                after = page[-1].id
            if len(page) < _PAGE:
                return

    def get_many(
        self, tenant: TenantId, places: Collection[tuple[str, EventId]]
    ) -> Sequence[UsageEvent]:
        """Those of the events that exist, by period and id, in any order."""
        keys = [usage_key(tenant, period, event) for period, event in places]
        return [event_of(fields) for fields in self._database.get_many(self._table, keys)]
