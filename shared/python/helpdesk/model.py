"""The language model, in the product's words: a prompt goes in, pieces of text come out."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the answer, as the model produced it."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What the model says it used; comes once, last. ``model`` is the model that answered."""

    model: str
    input_tokens: int
    output_tokens: int
