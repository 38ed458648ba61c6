"""The language model, in the product's words: a prompt goes in, pieces of text come out, and calls
of tools that it would like to have made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ToolOffer:
    """A tool that the model may ask for; ``parameters`` is a JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What the model would like to have called. ``arguments`` is the JSON text that it wrote: a
    wish, to be checked like anything that a stranger says."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. An assistant's may hold ``calls``; a tool's answers ``call_id``."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer, as the model produced it."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What the model says it used; comes once, last. ``model`` is the model that answered.

    ``cached_tokens`` are those of the ``input_tokens`` that it had in its cache.
    """

    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0

    def __add__(self, other: "TokenUsage") -> "TokenUsage":
        return TokenUsage(
            self.model,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
        )


Said = Piece | ToolCall | TokenUsage
