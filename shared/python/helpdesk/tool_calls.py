"""What a call of a tool may come to: an answer, the certainty that nothing was sent, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answered:
    """The endpoint answered with a status; ``body`` is None for what is no JSON object."""

    status: int
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class NotSent:
    """The request certainly never reached the endpoint."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The request may have reached the endpoint, but no whole answer came in time."""

    reason: str


ToolReply = Answered | NotSent | NoAnswer


@dataclass(frozen=True, slots=True)
class NeverSeen:
    """The look-up knows no such key."""


LookedUp = Answered | NeverSeen | NoAnswer
"""A look-up answers the first outcome, or that there is none, or nothing."""
