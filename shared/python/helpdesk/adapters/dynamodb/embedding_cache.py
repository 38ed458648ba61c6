"""Vectors in DynamoDB, as little-endian float16: half the size, and close enough to compare."""

import struct
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from helpdesk.adapters.dynamodb.database import Database
from helpdesk.adapters.dynamodb.item_keys import embedding_key
from helpdesk.ids import TenantId
from helpdesk.passages import Vector

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BYTES_EACH = 2


class DynamoDBEmbeddingCache:
    """Vectors by the model that made them and the hash of the text."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._database = Database(client)
        self._table = table

    def get_many(
        self, tenant: TenantId, model: str, hashes: Collection[str]
    ) -> Mapping[str, Vector]:
        """The vectors that are there."""
        keys = [embedding_key(tenant, model, each) for each in hashes]
        found = self._database.get_many(self._table, keys)
        return {fields["hash"]: _unpacked(fields["vector"]) for fields in found}

    def put_many(self, tenant: TenantId, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors."""
        items = {
            embedding_key(tenant, model, each): {"hash": each, "vector": _packed(vector)}
            for each, vector in vectors.items()
        }
        self._database.put_many(self._table, items)


def _packed(vector: Vector) -> bytes:
    return struct.pack(f"<{len(vector)}e", *vector)


def _unpacked(packed: bytes) -> Vector:
    return struct.unpack(f"<{len(packed) // _BYTES_EACH}e", packed)
