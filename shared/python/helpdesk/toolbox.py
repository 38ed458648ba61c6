"""A tenant's tools, as their owner handles them: checked when they are put."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from helpdesk.clock import Clock
from helpdesk.errors import Conflict, FieldError, NotFound, ValidationFailed
from helpdesk.ids import TenantId
from helpdesk.ports import ArgumentSchema, Tools
from helpdesk.step_flaws import is_step, processes_with, step_flaws
from helpdesk.tool_flaws import flaws_of, is_tool_name
from helpdesk.tools import Tool

MAX_TOOLS = 50
"""How many tools a tenant may have: each is told to the model in every turn."""

_MAX_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Toolbox:
    """The tools of tenants. ``allow_private`` lets endpoints be on this machine's own network."""

    tools: Tools
    schema: ArgumentSchema
    now: Clock
    allow_private: bool = False

    def put(self, tool: Tool) -> Tool:
        """Writes a tool, new or anew, as of now.

        Raises ValidationFailed, or Conflict when the tenant has too many or another tool has it
        as a step that it could not be any more.
        """
        _require_none([*self._flaws(tool)])
        known = {each.name: each for each in self.tools.all(tool.tenant)}
        _require_none([*step_flaws(tool, known)])
        if tool.name not in known and len(known) >= MAX_TOOLS:
            raise Conflict(f"You have {MAX_TOOLS} tools. Delete one that you no longer use.")
        if not is_step(tool):
            _require_no_step(tool.name, known)
        written = replace(tool, updated_at=self.now())
        self.tools.put(written)
        return written

    def get(self, tenant: TenantId, name: str) -> Tool:
        """One tool. Raises NotFound."""
        _require_name(name)
        return self.tools.get(tenant, name)

    def all(self, tenant: TenantId) -> Sequence[Tool]:
        """All tools of a tenant, by name."""
        return self.tools.all(tenant)

    def delete(self, tenant: TenantId, name: str) -> None:
        """Removes a tool; actions that were proposed with it go on.

        Raises NotFound, and Conflict for a step of another tool.
        """
        _require_name(name)
        _require_no_step(name, {each.name: each for each in self.tools.all(tenant)})
        self.tools.delete(tenant, name)

    def _flaws(self, tool: Tool) -> Iterator[FieldError]:
        yield from self.schema.flaws(tool.parameters)
        yield from flaws_of(tool, allow_private=self.allow_private)


def _require_none(found: Sequence[FieldError]) -> None:
    if errors := list(dict.fromkeys(found))[:_MAX_ERRORS]:
        fields = ", ".join(dict.fromkeys(each.field for each in errors))
        raise ValidationFailed(f"Check: {fields}.", errors=errors)


def _require_no_step(name: str, known: Mapping[str, Tool]) -> None:
    if processes := processes_with(name, known):
        raise Conflict(f"It is a step of {', '.join(sorted(processes)[:3])}.")


def _require_name(name: str) -> None:
    if not is_tool_name(name):
        raise NotFound("There is no such tool.")
