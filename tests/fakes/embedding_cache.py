"""Vectors in memory."""

import struct
from collections.abc import Collection, Mapping

from helpdesk.ids import TenantId
from helpdesk.passages import Vector


class MemoryEmbeddingCache:
    """Vectors in a dict, rounded to float16 as the real cache rounds them."""

    def __init__(self) -> None:
        self._vectors: dict[tuple[TenantId, str, str], bytes] = {}

    def get_many(
        self, tenant: TenantId, model: str, hashes: Collection[str]
    ) -> Mapping[str, Vector]:
        """The vectors that are there."""
        found = {each: self._vectors.get((tenant, model, each)) for each in hashes}
        return {
            each: tuple(value for (value,) in struct.iter_unpack("<e", packed))
            for each, packed in found.items()
            if packed is not None
        }

    def put_many(self, tenant: TenantId, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors."""
        for each, vector in vectors.items():
            self._vectors[tenant, model, each] = struct.pack(f"<{len(vector)}e", *vector)
