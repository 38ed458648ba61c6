"""A language model that says what it was told to say."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from itertools import groupby

from helpdesk.errors import Unavailable
from helpdesk.model import Message, Piece, Said, TokenUsage, ToolCall, ToolOffer

Step = str | TokenUsage | ToolCall | Exception | asyncio.Event | None


class ScriptedModel:
    """Says its pieces, in order; an Exception among them is raised, an Event waited for.

    A None ends what it says at once: when it is asked again, it goes on behind it. After the end of
    its script it says the last part again. ``prompts`` keeps what it was asked, ``offered`` the
    tools; ``hung_up`` is set when a reader left before the end.
    """

    def __init__(self, *script: Step) -> None:
        self.model = "scripted-1"
        self.script = script
        self.prompts: list[Sequence[Message]] = []
        self.offered: list[Sequence[ToolOffer]] = []
        self.hung_up = False

    async def stream(
        self, prompt: Sequence[Message], tools: Sequence[ToolOffer] = ()
    ) -> AsyncGenerator[Said, None]:
        """The scripted answer. Raises what the script says."""
        parts = [list(part) for more, part in groupby(self.script, bool) if more]
        part = parts[min(len(self.prompts), len(parts) - 1)] if parts else []
        self.prompts.append(tuple(prompt))
        self.offered.append(tools)
        try:
            for step in part:
                match step:
                    case str():
                        yield Piece(step)
                    case TokenUsage() | ToolCall():
                        yield step
                    case asyncio.Event():
                        await step.wait()
                    case Exception():
                        raise step
        except (GeneratorExit, asyncio.CancelledError):
            self.hung_up = True
            raise


def down() -> Unavailable:
    """What a model that does not answer raises."""
    return Unavailable("The language model does not answer. Try again in a moment.")
