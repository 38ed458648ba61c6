"""Charges in DynamoDB: beside the usage events, put once, never changed, never expired."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.billing_keys import charge_key, charges_partition
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.billing.charges import PeriodCharge
from helpdesk.errors import Conflict
from helpdesk.ids import TenantId

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_CHARGE = TypeAdapter(PeriodCharge)
_AT_ONCE = 100
"""As many writes as a transaction takes."""


class DynamoDBCharges:
    """What closed months have beside usage, a partition for each tenant and period."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def add(self, charges: Sequence[PeriodCharge]) -> None:
        """Writes charges of closed months; those that are there stay. Safe to repeat.

        Raises Conflict when one is there with other content.
        """
        for start in range(0, len(charges), _AT_ONCE):
            self._add(charges[start : start + _AT_ONCE])

    def of_period(self, tenant: TenantId, period: str) -> Sequence[PeriodCharge]:
        """The charges of a tenant's closed month, in the order of their ids."""
        found = self._database.query(self._table, charges_partition(tenant, period))
        return [_charge_of(fields) for fields in found]

    def _add(self, charges: Sequence[PeriodCharge]) -> None:
        try:
            self._database.write_all(*(self._put(charge) for charge in charges))
        except Refused as refused:
            pairs = zip(charges, refused.obstacles, strict=True)
            if missing := [charge for charge, there in pairs if not _stands(charge, there)]:
                self._add(missing)

    def _put(self, charge: PeriodCharge) -> Write:
        key = charge_key(charge.tenant, charge.period, charge.id)
        return Write("Put", self._table, key, ABSENT, fields=_CHARGE.dump_python(charge))


def _charge_of(fields: Fields) -> PeriodCharge:
    return _CHARGE.validate_python(fields)


def _stands(charge: PeriodCharge, there: Fields | None) -> bool:
    if there is None:
        return False
    if _charge_of(there) != charge:
        raise Conflict(f"The charge {charge.id} is there with other content.")
    return True
