"""The tenants' keys in memory."""

import threading
from collections.abc import Sequence

from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import KeyId, TenantId
from helpdesk.keys import Key


class MemoryKeys:
    """Keys in a dict by their hashes, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}

    def by_hash(self, key_hash: str) -> Key | None:
        """The key with this hash, if it is there and not revoked."""
        return self._keys.get(key_hash)

    def add(self, key: Key) -> None:
        """Writes a new key. Raises Conflict."""
        self.add_all([key])

    def add_all(self, keys: Sequence[Key]) -> None:
        """Writes new keys, all or none. Raises Conflict."""
        with self._lock:
            if any(self._keys.get(key.hash, key) != key for key in keys):
                raise Conflict("This key is there already.")
            self._keys.update({key.hash: key for key in keys})

    def of_tenant(self, tenant: TenantId) -> Sequence[Key]:
        """All keys of a tenant that are not revoked, oldest first."""
        with self._lock:
            own = [key for key in self._keys.values() if key.tenant == tenant]
        return sorted(own, key=lambda key: key.id)

    def revoke(self, tenant: TenantId, key: KeyId) -> None:
        """Revokes a key at once. Raises NotFound."""
        with self._lock:
            for each in list(self._keys.values()):
                if (each.tenant, each.id) == (tenant, key):
                    del self._keys[each.hash]
                    return
        raise NotFound("There is no such key.")
