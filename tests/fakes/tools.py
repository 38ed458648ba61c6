"""The tenants' tools in memory."""

import threading
from collections.abc import Sequence

from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.tools import Tool


class MemoryTools:
    """Tools in a dict by tenant and name, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tools: dict[tuple[TenantId, str], Tool] = {}

    def put(self, tool: Tool) -> None:
        """Writes a tool, new or anew."""
        with self._lock:
            self._tools[tool.tenant, tool.name] = tool

    def get(self, tenant: TenantId, name: str) -> Tool:
        """One tool. Raises NotFound."""
        if found := self._tools.get((tenant, name)):
            return found
        raise NotFound("There is no such tool.")

    def all(self, tenant: TenantId) -> Sequence[Tool]:
        """All tools of a tenant, by name."""
        with self._lock:
            own = [tool for tool in self._tools.values() if tool.tenant == tenant]
        return sorted(own, key=lambda tool: tool.name)

    def delete(self, tenant: TenantId, name: str) -> None:
        """Removes a tool. Raises NotFound."""
        with self._lock:
            if self._tools.pop((tenant, name), None) is None:
                raise NotFound("There is no such tool.")
