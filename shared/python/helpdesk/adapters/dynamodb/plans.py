"""Plans in DynamoDB: each version is put once and never changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import PLANS, plan_key, versions_of
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.errors import Conflict
from helpdesk.plans import Plan

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PLAN = TypeAdapter(Plan)


class DynamoDBPlans:
    """The plans that operators wrote, an item for each version."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def add(self, plan: Plan) -> None:
        """Writes a version, which never changes. Raises Conflict when it is there already."""
        key = plan_key(plan.name, plan.version)
        fields = _PLAN.dump_python(plan)
        try:
            self._database.write(Write("Put", self._table, key, ABSENT, fields=fields))
        except Refused as refused:
            # What stands may be this very version: the repetition of a call that had worked.
            if _PLAN.validate_python(refused.obstacles[0]) != plan:
                raise Conflict("The plan was changed meanwhile. Read it again.") from refused

    def newest(self, name: str) -> Plan | None:
        """The newest version of a plan, if any was written."""
        found = self._database.query(
            self._table, PLANS, versions_of(name), newest_first=True, limit=1
        )
        return next(map(_PLAN.validate_python, found), None)

    def newest_of_all(self) -> Sequence[Plan]:
        """The newest version of each plan, by name."""
        written = map(_PLAN.validate_python, self._database.query(self._table, PLANS))
        newest = {plan.name: plan for plan in written}
        return [newest[name] for name in sorted(newest)]
