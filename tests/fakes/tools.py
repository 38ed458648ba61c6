"""Tools in memory."""

from collections.abc import Sequence

from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.tools import Tool


class MemoryTools:
    """Tools in a dict."""

    def __init__(self) -> None:
        self._tools: dict[tuple[TenantId, str], Tool] = {}

    def put(self, tool: Tool) -> None:
        """Writes a tool, new or anew."""
        self._tools[tool.tenant, tool.name] = tool

    def get(self, tenant: TenantId, name: str) -> Tool:
        """One tool. Raises NotFound."""
        if found := self._tools.get((tenant, name)):
            return found
        raise NotFound("There is no such tool.")

    def all(self, tenant: TenantId) -> Sequence[Tool]:
        """All tools of a tenant, by name."""
        return sorted(
            (tool for (owner, _), tool in self._tools.items() if owner == tenant),
            key=lambda tool: tool.name,
        )

    def delete(self, tenant: TenantId, name: str) -> None:
        """Removes a tool. Raises NotFound."""
        self.get(tenant, name)
        del self._tools[tenant, name]
