"""Reconciliations in DynamoDB: each is one JSON text."""

from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.billing_keys import reconciliation_key
from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.writes import Write
from helpdesk.billing.reconciliation import ReconciliationId, ReconciliationRun
from helpdesk.errors import NotFound

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_RUN = TypeAdapter(ReconciliationRun)


class DynamoDBReconciliations:
    """What was found, beside the books."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def put(self, run: ReconciliationRun) -> None:
        """Writes one, or replaces it."""
        fields = {"run": _RUN.dump_json(run).decode()}
        self._database.write(Write("Put", self._table, reconciliation_key(run.id), fields=fields))

    def get(self, reconciliation: ReconciliationId) -> ReconciliationRun:
        """One of them. Raises NotFound."""
        if found := self._database.get(self._table, reconciliation_key(reconciliation)):
            return _RUN.validate_json(found["run"])
        raise NotFound("There is no such reconciliation.")
