"""Which of the offered tools a message asks for, and how clearly.

The cosine to the nearest of a tool's description and examples goes down when the message asks how
things are in general: that is for the articles. What names an order is compared with "order number"
in place of each LF-1042, and goes up a little; what names none, with such numbers left out. On the
sample shop's tools and help centre the wishes of tests/unit/model_server/wishes.py come out at 0.59
or more, and whatever else beats the articles' best sentence at 0.57 or less.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local.model_server.offered_tools import OfferedTool
from local.model_server.remembering import RememberedVectors

THRESHOLD = 0.58
NAMED_BONUS = 0.05
GENERAL_PENALTY = 0.2

_GENERAL = re.compile(
    r"^\W*(?:(?:hi|hello|hey|please|and|so|but|ok|okay)\W+)*"
    r"(?:how|why|when|who|which|what(?!(?:'s|’s| is) (?:the|my)\b)|where (?:do|can|does|should)"
    r"|do|does|can (?:i|my|we)|could (?:i|we)|is|are|am i|may i|will|would)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a tool fits what was said, 0 to about 1."""

    tool: OfferedTool
    score: float


async def best_fit(
    text: str, tools: Sequence[OfferedTool], vectors: RememberedVectors
) -> Fit | None:
    """The tool that a message asks for most clearly; None where there is none to choose from."""
    fits = [Fit(tool, await _score(text, tool, vectors)) for tool in tools if text.strip()]
    return max(fits, key=lambda fit: fit.score, default=None)


async def _score(text: str, tool: OfferedTool, vectors: RememberedVectors) -> float:
    named = tool.names_something(text)
    examples = (tool.without_values(example, titled=named) for example in tool.examples)
    known = [sign for sign in (tool.description, *examples) if sign]
    # A number alone says nothing about what is wanted.
    if not known or not re.search(r"\w", tool.without_values(text, titled=False)):
        return 0.0
    asked, *rows = await vectors.of([tool.without_values(text, titled=named), *known])
    nearest = max(float(row @ asked) for row in rows)
    if named:
        return nearest + NAMED_BONUS
    return nearest - GENERAL_PENALTY if _GENERAL.search(text) else nearest
