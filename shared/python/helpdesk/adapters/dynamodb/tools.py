"""Tools in DynamoDB, one item each among its tenant's own."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import TOOLS, tenant_partition, tool_key
from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import PRESENT, Write
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.tools import Tool

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TOOL = TypeAdapter(Tool)
_MISSING = "There is no such tool."


class DynamoDBTools:
    """What a tenant lets its agent do."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def put(self, tool: Tool) -> None:
        """Writes a tool, new or anew."""
        key = tool_key(tool.tenant, tool.name)
        self._database.write(Write("Put", self._table, key, fields=tool_fields(tool)))

    def get(self, tenant: TenantId, name: str) -> Tool:
        """One tool. Raises NotFound."""
        found = self._database.get(self._table, tool_key(tenant, name))
        if found is None:
            raise NotFound(_MISSING)
        return tool_of(found)

    def all(self, tenant: TenantId) -> Sequence[Tool]:
        """All tools of a tenant, by name."""
        found = self._database.query(self._table, tenant_partition(tenant), TOOLS)
        return [tool_of(fields) for fields in found]

    def delete(self, tenant: TenantId, name: str) -> None:
        """Removes a tool. Raises NotFound."""
        try:
            self._database.write(Write("Delete", self._table, tool_key(tenant, name), PRESENT))
        except Refused as refused:
            raise NotFound(_MISSING) from refused


def tool_fields(tool: Tool) -> Fields:
    """A tool as an item keeps it."""
    # As text: a schema may hold floats, and the order of its properties is told to models.
    schema = json.dumps(tool.parameters, ensure_ascii=False, separators=(",", ":"))
    return _TOOL.dump_python(tool) | {"parameters": schema}  # type: ignore[no-any-return]


def tool_of(fields: Fields) -> Tool:
    """The tool that :func:`tool_fields` wrote."""
    return _TOOL.validate_python({**fields, "parameters": json.loads(fields["parameters"])})
