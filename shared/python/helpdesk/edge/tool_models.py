"""Tools as the API takes and shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from helpdesk.edge.answers import Answer, ListOut, Moment, MoneyOut
from helpdesk.edge.requests import MoneyIn, Request
from helpdesk.ids import TenantId
from helpdesk.step_flaws import MAX_STEPS, MIN_STEPS
from helpdesk.tool_flaws import MAX_EXAMPLE_CHARS, MAX_EXAMPLES, MAX_MCP_NAME_CHARS, METHODS
from helpdesk.tools import (
    Confirmation,
    Effect,
    Endpoint,
    Idempotency,
    Limit,
    LimitScope,
    Tool,
    ToolStep,
)


def _is_none(value: object) -> bool:
    return value is None


_Name = Annotated[str, Field(min_length=1, max_length=200)]


class EndpointIn(Request):
    """Where a tool is called; ``{name}`` in the url stands for an argument.

    The method MCP is a tool of an MCP server (Streamable HTTP), which may have a name of its own.
    """

    method: Annotated[str, Field(json_schema_extra={"enum": [*METHODS]})]
    url: Annotated[str, Field(min_length=1, max_length=2048)]
    tool: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=MAX_MCP_NAME_CHARS,
            description="With the method MCP: what the server calls the tool, if not as you do.",
        ),
    ] = None


class LimitIn(Request):
    """The most that one argument's amounts may add up to."""

    field: _Name
    max: MoneyIn
    per: LimitScope


class StepIn(Request):
    """A step of a process: one of your tools, and the one that undoes it."""

    tool: _Name
    undo: _Name | None = None


_Steps = Annotated[tuple[StepIn, ...], Field(min_length=MIN_STEPS, max_length=MAX_STEPS)]


class ToolIn(Request):
    """A tool: what it does, its arguments, and what guards it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "description": "Refund an order, whole or in part.",
                    "parameters": {
                        "type": "object",
                        "properties": {
                            "order_id": {"type": "string"},
                            "amount": {"type": "string", "pattern": r"^\d+\.\d{2}$"},
                        },
                        "required": ["order_id", "amount"],
                        "additionalProperties": False,
                    },
                    "effect": "write",
                    "endpoint": {"method": "POST", "url": "https://acme.example/api/refunds"},
                    "confirmation": "customer",
                    "idempotency": "key",
                    "limits": [
                        {
                            "field": "amount",
                            "max": {"amount": "50.00", "currency": "USD"},
                            "per": "order",
                        }
                    ],
                    "order_field": "order_id",
                    "examples": ["My order 1042 arrived broken, I want my money back."],
                }
            ]
        }
    )
    description: Annotated[str, Field(min_length=1, max_length=1024)]
    parameters: Annotated[
        dict[str, Any],
        Field(description="A JSON Schema, draft 2020-12, of an object: up to 32 KB, 16 deep."),
    ]
    effect: Effect
    endpoint: EndpointIn | None = None
    steps: Annotated[
        _Steps | None,
        Field(
            description="Instead of an endpoint: tools of yours that write, taken one after the "
            "other. When one is not possible, those before it are undone."
        ),
    ] = None
    confirmation: Confirmation
    idempotency: Idempotency = "none"
    lookup: EndpointIn | None = None
    limits: Annotated[tuple[LimitIn, ...], Field(max_length=20)] = ()
    order_field: _Name | None = None
    end_user_field: _Name | None = None
    examples: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_EXAMPLE_CHARS)], ...],
        Field(max_length=MAX_EXAMPLES),
    ] = ()

    def tool(self, tenant: TenantId, name: str, now: datetime) -> Tool:
        """The tool that is asked for."""
        return Tool(
            tenant=tenant,
            name=name,
            description=self.description,
            parameters=self.parameters,
            effect=self.effect,
            endpoint=_endpoint(self.endpoint) if self.endpoint else None,
            updated_at=now,
            confirmation=self.confirmation,
            idempotency=self.idempotency,
            lookup=_endpoint(self.lookup) if self.lookup else None,
            limits=tuple(Limit(each.field, each.max.money(), each.per) for each in self.limits),
            order_field=self.order_field,
            end_user_field=self.end_user_field,
            examples=self.examples,
            steps=tuple(ToolStep(each.tool, each.undo) for each in self.steps or ()),
        )


class EndpointOut(Answer):
    """Where a tool is called."""

    method: str
    url: str
    tool: Annotated[str | None, Field(exclude_if=lambda tool: tool is None)] = None

    @classmethod
    def of(cls, endpoint: Endpoint) -> "EndpointOut":
        """An endpoint at the border."""
        return cls(method=endpoint.method, url=endpoint.url, tool=endpoint.tool)


class LimitOut(Answer):
    """The most that one argument's amounts may add up to."""

    field: str
    max: MoneyOut
    per: LimitScope


class StepOut(Answer):
    """A step of a process."""

    tool: str
    undo: str | None


class ToolOut(Answer):
    """A tool; it has either an endpoint or steps."""

    name: Annotated[str, Field(examples=["refund_order"])]
    description: str
    parameters: Mapping[str, Any]
    effect: Effect
    endpoint: Annotated[EndpointOut | None, Field(exclude_if=_is_none)] = None
    steps: Annotated[tuple[StepOut, ...] | None, Field(exclude_if=_is_none)] = None
    confirmation: Confirmation
    idempotency: Idempotency
    lookup: EndpointOut | None
    limits: tuple[LimitOut, ...]
    order_field: str | None
    end_user_field: str | None
    examples: tuple[str, ...]
    updated_at: Moment

    @classmethod
    def of(cls, tool: Tool) -> "ToolOut":
        """A tool at the border."""
        return cls(
            name=tool.name,
            description=tool.description,
            parameters=tool.parameters,
            effect=tool.effect,
            endpoint=EndpointOut.of(tool.endpoint) if tool.endpoint else None,
            steps=tuple(StepOut(tool=each.tool, undo=each.undo) for each in tool.steps) or None,
            confirmation=tool.confirmation,
            idempotency=tool.idempotency,
            lookup=EndpointOut.of(tool.lookup) if tool.lookup else None,
            limits=tuple(
                LimitOut(field=each.field, max=MoneyOut.of(each.max), per=each.per)
                for each in tool.limits
            ),
            order_field=tool.order_field,
            end_user_field=tool.end_user_field,
            examples=tool.examples,
            updated_at=tool.updated_at,
        )


class ToolsOut(ListOut[ToolOut]):
    """A page of tools, by name."""


def _endpoint(given: EndpointIn) -> Endpoint:
    return Endpoint(given.method, given.url, given.tool)
