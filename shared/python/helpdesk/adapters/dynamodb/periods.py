"""Closes of periods and statements in DynamoDB: written once; a close is replaced once, sealed.

A statement is one JSON text. It is written together with the item that says whose its number is,
so that there is no number without a statement, and none twice.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.billing_keys import (
    INVOICES,
    PERIODS,
    STATEMENTS,
    invoice_key,
    period_key,
    statement_key,
)
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import tenant_partition
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.billing.statements import PeriodClose, Statement, place_of
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import TenantId

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_CLOSE = TypeAdapter(PeriodClose)
_STATEMENT = TypeAdapter(Statement)


class DynamoDBPeriods:
    """The closes of periods in one partition, and statements beside their tenants' books."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def get(self, period: str) -> PeriodClose | None:
        """A period's close, begun or done; None for one that is open."""
        found = self._database.get(self._table, period_key(period))
        return _CLOSE.validate_python(found) if found else None

    def last(self) -> PeriodClose | None:
        """The newest close, begun or done."""
        newest = self._database.query(self._table, PERIODS, newest_first=True, limit=1)
        return next(map(_CLOSE.validate_python, newest), None)

    def all(self) -> Sequence[PeriodClose]:
        """All closes, begun or done, in the order of their periods."""
        return [_CLOSE.validate_python(each) for each in self._database.query(self._table, PERIODS)]

    def begin(self, close: PeriodClose) -> PeriodClose:
        """Begins a close and returns the one that stands: this one, or an earlier one."""
        try:
            self._database.write(self._put(close, ABSENT))
        except Refused as refused:
            return _CLOSE.validate_python(refused.obstacles[0])
        return close

    def seal(self, close: PeriodClose) -> None:
        """Ends a close that was begun. Safe to repeat. Raises Conflict for another end."""
        begun = "#status = :closing AND #export = :export"
        values = {"closing": "closing", "export": close.export}
        try:
            self._database.write(self._put(close, begun, values))
        except Refused as refused:
            there = refused.obstacles[0]
            if not there or _CLOSE.validate_python(there) != close:
                raise Conflict(f"The close of {close.period} stands otherwise.") from refused

    def state(self, statement: Statement) -> None:
        """Writes a tenant's statement, and whose its number is. Safe to repeat. Raises Conflict."""
        tenant, period, number = statement.tenant, statement.bill.period, statement.number
        fields = {"statement": _STATEMENT.dump_json(statement).decode()}
        writes = [Write("Put", self._table, statement_key(tenant, period), ABSENT, fields=fields)]
        if number:
            whose = {"tenant": tenant, "period": period}
            key = invoice_key(place_of(number))
            writes.append(Write("Put", self._table, key, ABSENT, fields=whose))
        try:
            self._database.write_all(*writes)
        except Refused as refused:
            there = refused.obstacles[0]
            if not there or _statement_of(there) != statement:
                raise Conflict(f"There is another statement, or another {number}.") from refused

    def last_number(self) -> int:
        """How many numbers the statements of all periods have so far."""
        newest = self._database.query(self._table, INVOICES, newest_first=True, limit=1)
        return next((int(fields["sk"]) for fields in newest), 0)

    def statement(self, tenant: TenantId, period: str) -> Statement:
        """A tenant's statement. Raises NotFound."""
        found = self._database.get(self._table, statement_key(tenant, period))
        if not found:
            raise NotFound("There is no statement of this period.")
        return _statement_of(found)

    def statements(self, tenant: TenantId) -> Sequence[Statement]:
        """All of a tenant's statements, the newest first."""
        partition = tenant_partition(tenant)
        found = self._database.query(self._table, partition, STATEMENTS, newest_first=True)
        return [_statement_of(fields) for fields in found]

    def _put(self, close: PeriodClose, condition: str, values: Fields | None = None) -> Write:
        fields = _CLOSE.dump_python(close)
        key = period_key(close.period)
        return Write("Put", self._table, key, condition, values=values or {}, fields=fields)


def _statement_of(fields: Fields) -> Statement:
    return _STATEMENT.validate_json(fields["statement"])
