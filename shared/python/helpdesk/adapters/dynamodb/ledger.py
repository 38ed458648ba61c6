"""Usage events in DynamoDB: put once, never changed, never expired."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from helpdesk.adapters.dynamodb.billing_keys import (
    correction_key,
    corrections_partition,
    event_key,
    usage_key,
    usage_partition,
)
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_of, event_writes
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.clock import period_of
from helpdesk.errors import Conflict
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
        return self._write(event)

    def correct(self, event: UsageEvent, number: int) -> UsageEvent:
        """As :meth:`record`, for the ``number``-th correction of the event that it ``corrects``.

        Raises Conflict when that number is taken by another one.
        """
        if event.corrects is None:
            raise ValueError(f"{event.id} corrects nothing")
        key = correction_key(event.tenant, event.corrects, number)
        fields = {"period": period_of(event.occurred_at), "event": event.id}
        return self._write(event, Write("Put", self._table, key, ABSENT, fields=fields))

    def corrections(self, tenant: TenantId, event: EventId) -> Sequence[UsageEvent]:
        """What was recorded by :meth:`correct` of an event, in the order of their numbers."""
        partition = corrections_partition(tenant, event)
        places = [
            (fields["period"], EventId(fields["event"]))
            for fields in self._database.query(self._table, partition)
        ]
        found = {each.id: each for each in self.get_many(tenant, places)}
        return [found[id_] for _, id_ in places]

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

    def _write(self, event: UsageEvent, *others: Write) -> UsageEvent:
        # The mark holds across periods: a repetition after midnight of a month's end is one, too.
        fields = {"period": period_of(event.occurred_at)}
        mark = Write("Put", self._table, event_key(event.tenant, event.id), ABSENT, fields=fields)
        try:
            self._database.write_all(mark, *event_writes(self._tables, event), *others)
        except Refused as refused:
            marked, standing, _, *others_there = refused.obstacles
            if marked is None and standing is None and any(others_there):
                raise Conflict("There is such a correction.") from None
            if not standing:
                place = usage_key(event.tenant, (marked or fields)["period"], event.id)
                (standing,) = self._database.get_together(self._table, [place])
            return event_of(standing)
        return event
