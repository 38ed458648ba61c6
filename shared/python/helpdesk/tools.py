"""Tools: what a tenant lets its agent do at the tenant's own systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from helpdesk.errors import FieldError, ValidationFailed
from helpdesk.ids import TenantId
from helpdesk.money import Money

Effect = Literal["read", "write"]
Confirmation = Literal["none", "customer", "agent"]
Idempotency = Literal["key", "lookup", "none"]
LimitScope = Literal["action", "order", "end_user", "day"]

Arguments = Mapping[str, Any]
"""A tool's arguments, by name, as JSON values; amounts are decimal strings."""


MCP = "MCP"
"""The method of an endpoint that is an MCP server."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a tool is called; ``tool`` is what an MCP server calls it, if not as we do."""

    method: str
    url: str
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class ToolStep:
    """A step of a process: a tool of the same tenant, and the one that undoes it, if one does."""

    tool: str
    undo: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that the amounts in one argument may add up to, per action, order, customer or UTC
    day."""

    field: str
    max: Money
    per: LimitScope


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that an agent may do. ``parameters`` is a JSON Schema of its arguments.

    A tool either has an endpoint, or is a process of several steps, each a tool of its own.

    ``idempotency`` says what the endpoint does with a repeated key: ``key``, it replays the first
    outcome; ``lookup``, it can be asked for it; ``none``, neither. ``order_field`` and
    ``end_user_field`` name the arguments that hold the order and the customer; the latter is
    filled in by us and by nobody else.
    """

    tenant: TenantId
    name: str
    description: str
    parameters: Mapping[str, Any]
    effect: Effect
    endpoint: Endpoint | None
    updated_at: datetime
    confirmation: Confirmation = "none"
    idempotency: Idempotency = "none"
    lookup: Endpoint | None = None
    limits: tuple[Limit, ...] = ()
    order_field: str | None = None
    end_user_field: str | None = None
    examples: tuple[str, ...] = ()
    steps: tuple[ToolStep, ...] = ()

    @property
    def asked_parameters(self) -> Mapping[str, Any]:
        """The schema of what a model fills in: without the customer, who is not the model's to
        name."""
        properties = dict(self.parameters.get("properties", {}))
        required: Sequence[str] = self.parameters.get("required", ())
        properties.pop(self.end_user_field or "", None)
        return {
            **self.parameters,
            "properties": properties,
            "required": [name for name in required if name != self.end_user_field],
        }


def amount_in(arguments: Arguments, limit: Limit) -> Money:
    """The amount that a limit is about.

    Raises ValidationFailed when it is not there, no decimal string of whole micro-units, or
    negative: an endpoint may take a missing amount for all that there is.
    """
    given = arguments.get(limit.field)
    try:
        if not isinstance(given, str) or Decimal(given) < 0:
            raise ValueError(given)
        return Money.of(given, limit.max.currency)
    except (TypeError, ValueError, InvalidOperation):
        wrong = FieldError(f"arguments.{limit.field}", 'This must be an amount such as "12.34".')
        raise ValidationFailed(f"Check: arguments.{limit.field}.", errors=[wrong]) from None
