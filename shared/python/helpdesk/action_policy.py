"""Policy: whether a call that somebody proposes may be made at all, and with which arguments."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from helpdesk.action_events import Hold
from helpdesk.errors import FieldError, PolicyViolation, ValidationFailed
from helpdesk.ports import ArgumentSchema
from helpdesk.tools import Arguments, Limit, Tool, amount_in

_LONGEST_VALUE = 80
_FIRST_STATEMENT = re.compile(r"[.:;]?\s*\n|[.:;](?:\s|$)")


WhenOver = Literal["refuse", "ask"]
"""What becomes of a call that is over a limit: nothing, or a question to a colleague."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """A call that may be made: its arguments are whole, and the customer in them is ours.

    ``over_limit`` names the limits that it is over by itself.
    """

    arguments: Arguments
    order: str | None
    amounts: tuple[tuple[Limit, int], ...]
    """The micro-units that count against each limit."""
    over_limit: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Checks a proposed call: the schema, whose it is, and each single amount.

    What several actions may add up to is held when the action is claimed.
    """

    schema: ArgumentSchema

    def vet(
        self,
        tool: Tool,
        arguments: Arguments,
        end_user: str | None,
        over_limit: WhenOver = "refuse",
    ) -> Vetted:
        """The call as it will be made. ``end_user`` is the verified customer, if there is one.

        Raises ValidationFailed for arguments that are wrong, and PolicyViolation for a call that
        is not this customer's to make or, where that is refused, over a limit by itself.
        """
        whole = self._with_customer(tool, arguments, end_user)
        if wrong := self.schema.errors(tool.parameters, whole):
            fields = ", ".join(each.field for each in wrong)
            raise ValidationFailed(f"Check: {fields}.", errors=wrong)
        order = _order_of(tool, whole)
        amounts = tuple(_counted(tool, limit, whole, order, end_user) for limit in tool.limits)
        over = [limit for limit, micros in amounts if micros > limit.max.micros]
        if over and over_limit == "refuse":
            raise _too_much(tool, over[0])
        return Vetted(whole, order, amounts, " and ".join(map(_most, over)) or None)

    def _with_customer(self, tool: Tool, arguments: Arguments, end_user: str | None) -> Arguments:
        if tool.end_user_field is None:
            return dict(arguments)
        if end_user is None:
            raise PolicyViolation("This can only be done for a customer who has signed in.")
        given = arguments.get(tool.end_user_field, end_user)
        if given != end_user:
            raise PolicyViolation("This belongs to another customer.")
        return {**arguments, tool.end_user_field: end_user}


def holds_of(
    tool: Tool, vetted: Vetted, end_user: str | None, day: str, *, over_limit: bool = False
) -> tuple[Hold, ...]:
    """What the call takes from the limits that several actions share, ``over_limit`` even where
    there is no room. ``day``: ``2026-11-24``."""
    whose = {"order": vetted.order, "end_user": end_user, "day": day}
    return tuple(
        Hold(
            f"{_counter_prefix(tool, limit)}{whose[limit.per]}",
            micros,
            None if over_limit else limit.max.micros,
        )
        for limit, micros in vetted.amounts
        if limit.per != "action" and micros
    )


def limit_named(tool: Tool, counter: str) -> str:
    """The limit that a hold's counter counts against, in words."""
    found = (limit for limit in tool.limits if counter.startswith(_counter_prefix(tool, limit)))
    return next(map(_most, found))


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
    return limit, amount.micros


def _too_much(tool: Tool, limit: Limit) -> PolicyViolation:
    most = f"{limit.max.amount()} {limit.max.currency}"
    wrong = FieldError(f"arguments.{limit.field}", f"At most {most}.")
    return PolicyViolation(f"{tool.name} is limited to {_most(limit)}.", errors=[wrong])


def _most(limit: Limit) -> str:
    return f"{limit.max.amount()} {limit.max.currency} per {limit.per.replace('_', ' ')}"


def _counter_prefix(tool: Tool, limit: Limit) -> str:
    return f"{tool.name}#{limit.field}#{limit.per}#"


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
