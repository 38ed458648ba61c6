"""Tenants in DynamoDB."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import TENANTS, listed_key, tenant_key
from helpdesk.adapters.dynamodb.keys import key_writes
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, Write
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import TenantId
from helpdesk.keys import Key
from helpdesk.tenants import Tenant

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TENANT = TypeAdapter(Tenant)


class DynamoDBTenants:
    """The companies that signed up: one item each, and one each in the list of all."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def add(self, tenant: Tenant, keys: Sequence[Key]) -> None:
        """Writes a new tenant and its first keys, all or nothing. Raises Conflict."""
        new = self._put(tenant, ABSENT)
        listed = Write("Put", self._table, listed_key(tenant.id), ABSENT)
        first_keys = [write for key in keys for write in key_writes(self._table, key)]
        try:
            self._database.write_all(new, listed, *first_keys)
        except Refused as refused:
            if not _stands(tenant, refused):
                raise Conflict("This tenant, or one of its keys, is there already.") from refused

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant. Raises NotFound."""
        found = self._database.get(self._table, tenant_key(tenant))
        if found is None:
            raise NotFound("There is no such tenant.")
        return _TENANT.validate_python(found)

    def save(self, tenant: Tenant) -> None:
        """Replaces a tenant whose settings moved on by one. Raises NotFound or Conflict."""
        unchanged = "#settings.#version = :previous"
        previous = {"previous": tenant.settings.version - 1}
        try:
            self._database.write(self._put(tenant, unchanged, previous))
        except Refused as refused:
            if not refused.obstacles[0]:
                raise NotFound("There is no such tenant.") from refused
            if not _stands(tenant, refused):
                raise Conflict("The settings were changed meanwhile. Read them again.") from refused

    def all(self, after: TenantId | None, limit: int) -> Sequence[Tenant]:
        """The tenants behind one, or from the first on, in the order of their ids."""
        listed = self._database.query(self._table, TENANTS, after=after, limit=limit)
        keys = [tenant_key(TenantId(fields["sk"])) for fields in listed]
        found = map(_TENANT.validate_python, self._database.get_many(self._table, keys))
        return sorted(found, key=lambda tenant: tenant.id)

    def _put(self, tenant: Tenant, condition: str, values: dict[str, int] | None = None) -> Write:
        fields = _TENANT.dump_python(tenant)
        key = tenant_key(tenant.id)
        return Write("Put", self._table, key, condition, values=values or {}, fields=fields)


def _stands(tenant: Tenant, refused: Refused) -> bool:
    """Whether this very tenant is there already: the repetition of a call that had worked."""
    obstacle = refused.obstacles[0]
    return bool(obstacle) and _TENANT.validate_python(obstacle) == tenant
