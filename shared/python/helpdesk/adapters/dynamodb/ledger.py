"""Usage events in DynamoDB: put once, never changed, never expired."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import event_key, usage_key, usage_partition
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.clock import period_of
from helpdesk.ids import TenantId
from helpdesk.usage import UsageEvent

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_EVENT = TypeAdapter(UsageEvent)


class DynamoDBLedger:
    """The usage events, a partition for each tenant and period."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def record(self, event: UsageEvent) -> bool:
        """Writes an event that belongs to no turn. False when the same id was written before."""
        # The mark holds across periods: a repetition after midnight of a month's end is one, too.
        mark = Write("Put", self._table, event_key(event.tenant, event.id), ABSENT)
        try:
            self._database.write_all(mark, event_write(self._table, event))
        except Refused:
            return False
        return True

    def events(self, tenant: TenantId, period: str) -> Sequence[UsageEvent]:
        """All events of a tenant in a period (``2026-11``), in the order of their ids."""
        found = self._database.query(self._table, usage_partition(tenant, period))
        return [event_of(fields) for fields in found]


def event_write(table: str, event: UsageEvent) -> Write:
    """The write of an event that is not there yet."""
    key = usage_key(event.tenant, period_of(event.occurred_at), event.id)
    return Write("Put", table, key, ABSENT, fields=_EVENT.dump_python(event))


def event_of(fields: Fields) -> UsageEvent:
    """The event that an item holds."""
    return _EVENT.validate_python(fields)
