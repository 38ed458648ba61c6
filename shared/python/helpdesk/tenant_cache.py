"""Tenants as the chat path knows them: their settings, at most a minute old."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.keys import Key
from helpdesk.ports import Tenants
from helpdesk.tenants import Tenant

KNOWN_FOR = timedelta(seconds=60)
"""How long a change of settings may take to show."""

_MOST_REMEMBERED = 10_000


class CachedTenants:
    """Tenants that are read once a minute. Safe for threads."""

    def __init__(self, tenants: Tenants, now: Clock) -> None:
        self._tenants = tenants
        self._now = now
        self._lock = Lock()
        self._known: OrderedDict[TenantId, tuple[datetime, Tenant]] = OrderedDict()

    def add(self, tenant: Tenant, keys: Sequence[Key]) -> None:
        """Writes a new tenant and its first keys."""
        self._tenants.add(tenant, keys)

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant, at most 60 seconds old. Raises NotFound."""
        now = self._now()
        with self._lock:
            if (known := self._known.get(tenant)) and now < known[0]:
                return known[1]
        read = self._tenants.get(tenant)
        with self._lock:
            self._known[tenant] = (now + KNOWN_FOR, read)
            self._known.move_to_end(tenant)
            if len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)
        return read

    def all(self, after: TenantId | None, limit: int) -> Sequence[Tenant]:
        """The tenants in the order of their ids, never from memory."""
        return self._tenants.all(after, limit)

    def save(self, tenant: Tenant) -> None:
        """Replaces a tenant; this process knows the new settings at once."""
        self._tenants.save(tenant)
        with self._lock:
            self._known.pop(tenant.id, None)
