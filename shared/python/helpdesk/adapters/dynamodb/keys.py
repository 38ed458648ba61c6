"""The tenants' keys in DynamoDB: each once under its tenant and once under its hash."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import KEYS, key_by_hash, owned_key, tenant_partition
from helpdesk.adapters.dynamodb.refusals import Refused
from helpdesk.adapters.dynamodb.writes import ABSENT, PRESENT, Write
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import KeyId, TenantId
from helpdesk.keys import Key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_KEY = TypeAdapter(Key)


class DynamoDBKeys:
    """Keys by their hashes; the item under the hash is what lets a request in."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def by_hash(self, key_hash: str) -> Key | None:
        """The key with this hash, if it is there and not revoked."""
        found = self._database.get(self._table, key_by_hash(key_hash))
        return _KEY.validate_python(found) if found else None

    def add(self, key: Key) -> None:
        """Writes a new key. Raises Conflict."""
        try:
            self._database.write_all(*key_writes(self._table, key))
        except Refused as refused:
            obstacle = refused.obstacles[0]
            if not obstacle or _KEY.validate_python(obstacle) != key:
                raise Conflict("This key is there already.") from refused

    def of_tenant(self, tenant: TenantId) -> Sequence[Key]:
        """All keys of a tenant that are not revoked, oldest first."""
        found = self._database.query(self._table, tenant_partition(tenant), KEYS)
        return [_KEY.validate_python(fields) for fields in found]

    def revoke(self, tenant: TenantId, key: KeyId) -> None:
        """Revokes a key at once. Raises NotFound."""
        found = self._database.get(self._table, owned_key(tenant, key))
        if found is None:
            raise NotFound("There is no such key.")
        places = owned_key(tenant, key), key_by_hash(found["hash"])
        try:
            self._database.write_all(
                *(Write("Delete", self._table, place, PRESENT) for place in places)
            )
        except Refused as refused:
            raise NotFound("There is no such key.") from refused


def key_writes(table: str, key: Key) -> Sequence[Write]:
    """The two writes that make a key known."""
    fields = _KEY.dump_python(key)
    places = owned_key(key.tenant, key.id), key_by_hash(key.hash)
    return [Write("Put", table, place, ABSENT, fields=fields) for place in places]
