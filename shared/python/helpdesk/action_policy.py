"""Policy: whether a call that somebody proposes may be made at all, and with which arguments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.actions import Hold
from helpdesk.errors import FieldError, PolicyViolation, ValidationFailed
from helpdesk.ports import ArgumentSchema
from helpdesk.tools import Arguments, Limit, Tool, amount_in

_LONGEST_VALUE = 80
_FIRST_STATEMENT = re.compile(r"[.:;]?\s*\n|[.:;](?:\s|$)")


@dataclass(frozen=True, slots=True)
class Vetted:
    """A call that may be made: its arguments are whole, and the customer in them is ours."""

    arguments: Arguments
    order: str | None
    amounts: tuple[tuple[Limit, int], ...]
    """The micro-units that count against each limit."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Checks a proposed call: the schema, whose it is, and each single amount.

    What several actions may add up to is held when the action is claimed.
    """

    schema: ArgumentSchema

    def vet(self, tool: Tool, arguments: Arguments, end_user: str | None) -> Vetted:
        """The call as it will be made. ``end_user`` is the verified customer, if there is one.

        Raises ValidationFailed for arguments that are wrong, and PolicyViolation for a call that
        is not this customer's to make or is over a limit by itself.
        """
        whole = self._with_customer(tool, arguments, end_user)
        if wrong := self.schema.errors(tool.parameters, whole):
            fields = ", ".join(each.field for each in wrong)
            raise ValidationFailed(f"Check: {fields}.", errors=wrong)
        order = _order_of(tool, whole)
        amounts = tuple(_counted(tool, limit, whole, order, end_user) for limit in tool.limits)
        return Vetted(whole, order, amounts)

    def _with_customer(self, tool: Tool, arguments: Arguments, end_user: str | None) -> Arguments:
        if tool.end_user_field is None:
            return dict(arguments)
        if end_user is None:
            raise PolicyViolation("This can only be done for a customer who has signed in.")
        given = arguments.get(tool.end_user_field, end_user)
        if given != end_user:
            raise PolicyViolation("This belongs to another customer.")
        return {**arguments, tool.end_user_field: end_user}


def holds_of(tool: Tool, vetted: Vetted, end_user: str | None, day: str) -> tuple[Hold, ...]:
    """What the call takes from the limits that several actions share. ``day``: ``2026-11-24``."""
    whose = {"order": vetted.order, "end_user": end_user, "day": day}
    return tuple(
        Hold(f"{tool.name}#{limit.field}#{limit.per}#{whose[limit.per]}", micros, limit.max.micros)
        for limit, micros in vetted.amounts
        if limit.per != "action" and micros
    )


def summary_of(tool: Tool, arguments: Arguments) -> str:
    """What is about to be done, in words that hold every argument but the customer's id."""
    properties = tool.parameters.get("properties", {})
    named = [
        f"{_title(properties, name)} {_shown(value)}"
        for name, value in arguments.items()
        if name != tool.end_user_field
    ]
    what = _FIRST_STATEMENT.split(tool.description, maxsplit=1)[0]
    return f"{what}: {', '.join(named)}" if named else what


def _counted(
    tool: Tool, limit: Limit, arguments: Arguments, order: str | None, end_user: str | None
) -> tuple[Limit, int]:
    amount = amount_in(arguments, limit)
    if (limit.per == "order" and order is None) or (limit.per == "end_user" and end_user is None):
        raise PolicyViolation(f"The limit per {limit.per.replace('_', ' ')} can't be checked.")
    if amount.micros > limit.max.micros:
        most = f"{limit.max.amount()} {limit.max.currency}"
        raise PolicyViolation(
            f"{tool.name} is limited to {most} per {limit.per.replace('_', ' ')}.",
            errors=[FieldError(f"arguments.{limit.field}", f"At most {most}.")],
        )
    return limit, amount.micros


def _order_of(tool: Tool, arguments: Arguments) -> str | None:
    order = arguments.get(tool.order_field or "")
    return None if order is None else str(order)


def _title(properties: Any, name: str) -> str:
    described = properties.get(name, {})
    title = described.get("title") if isinstance(described, dict) else None
    return str(title or name.replace("_", " ")).lower()


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else _plain(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence):
        return ", ".join(map(_shown, value))
    return str(value)
