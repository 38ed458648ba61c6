"""What agents do at tenants' systems."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from helpdesk.action_changes import ActionChange
from helpdesk.action_events import ActionEvent
from helpdesk.actions import Action
from helpdesk.errors import FieldError
from helpdesk.ids import ActionId, TenantId
from helpdesk.pages import Page
from helpdesk.tool_calls import LookedUp, ToolReply
from helpdesk.tools import Arguments, Tool


class Tools(Protocol):
    """What a tenant lets its agent do."""

    def put(self, tool: Tool) -> None:
        """Writes a tool, new or anew."""

    def get(self, tenant: TenantId, name: str) -> Tool:
        """One tool. Raises NotFound."""

    def all(self, tenant: TenantId) -> Sequence[Tool]:
        """All tools of a tenant, by name."""

    def delete(self, tenant: TenantId, name: str) -> None:
        """Removes a tool; actions that were proposed with it go on. Raises NotFound."""


class ArgumentSchema(Protocol):
    """JSON Schema, draft 2020-12, without references to anywhere else."""

    def flaws(self, schema: Mapping[str, Any]) -> Sequence[FieldError]:
        """What is wrong with a schema."""

    def errors(self, schema: Mapping[str, Any], arguments: Arguments) -> Sequence[FieldError]:
        """What is wrong with arguments, by their dotted paths."""


class Actions(Protocol):
    """The actions and their histories. All reads but ``due`` are consistent."""

    def record(self, change: ActionChange) -> Action | None:
        """Writes a change, all of it or nothing.

        Returns the action that the change's request proposed before, when there is one: nothing is
        written then. Raises Conflict when the action has moved on meanwhile (also for the same
        request with another fingerprint: IdempotencyConflict), OverLimit when a limit has no room
        left.
        """

    def get(self, tenant: TenantId, action: ActionId) -> Action:
        """One action. Raises NotFound."""

    def get_many(
        self, tenant: TenantId, actions: Collection[ActionId]
    ) -> Mapping[ActionId, Action]:
        """Those of the actions that exist, in one round trip for up to 100."""

    def proposed_by(self, tenant: TenantId, request_key: str) -> Action | None:
        """The action that a request proposed, if it did."""

    def history(self, tenant: TenantId, action: ActionId) -> Sequence[ActionEvent]:
        """All events of an action, in order. Raises NotFound."""

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Action]:
        """A tenant's actions, newest first."""

    def due(self, before: datetime, limit: int) -> Sequence[Action]:
        """Actions of any tenant that somebody has to look at since before then. May lag."""


class ActionQueue(Protocol):
    """Work on actions: one message at a time for each order, in order."""

    def send(self, actions: Sequence[Action]) -> None:
        """Queues work on each of the actions. Raises Unavailable."""


class ToolCaller(Protocol):
    """The tenants' own systems."""

    def call(self, tool: Tool, arguments: Arguments, key: str, seconds: float) -> ToolReply:
        """Calls a tool once, with this idempotency key, and waits so long at most."""

    def look_up(self, tool: Tool, key: str, seconds: float) -> LookedUp:
        """Asks the tool's look-up what became of a key."""
