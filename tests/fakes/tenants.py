"""The companies that signed up, in memory."""

import threading
from collections.abc import Sequence

from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import TenantId
from helpdesk.keys import Key
from helpdesk.tenants import Tenant
from tests.fakes.keys import MemoryKeys


class MemoryTenants:
    """Tenants in a dict, under one lock; their first keys go to ``keys``."""

    def __init__(self, keys: MemoryKeys) -> None:
        self._keys = keys
        self._lock = threading.Lock()
        self._tenants: dict[TenantId, Tenant] = {}

    def add(self, tenant: Tenant, keys: Sequence[Key]) -> None:
        """Writes a new tenant and its first keys, all or nothing. Raises Conflict."""
        with self._lock:
            if tenant.id in self._tenants:
                if self._tenants[tenant.id] == tenant:
                    return
                raise Conflict("This tenant is there already.")
            self._keys.add_all(keys)
            self._tenants[tenant.id] = tenant

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant. Raises NotFound."""
        if found := self._tenants.get(tenant):
            return found
        raise NotFound("There is no such tenant.")

    def all(self, after: TenantId | None, limit: int) -> Sequence[Tenant]:
        """The tenants behind one, or from the first on, in the order of their ids."""
        with self._lock:
            behind = sorted(id_ for id_ in self._tenants if after is None or id_ > after)
            return [self._tenants[id_] for id_ in behind[:limit]]

    def save(self, tenant: Tenant) -> None:
        """Replaces a tenant whose settings moved on by one. Raises NotFound or Conflict."""
        with self._lock:
            current = self.get(tenant.id)
            if current == tenant:
                return
            if current.settings.version != tenant.settings.version - 1:
                raise Conflict("The settings were changed meanwhile. Read them again.")
            self._tenants[tenant.id] = tenant
