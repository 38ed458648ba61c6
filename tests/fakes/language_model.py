"""A language model that says what it was told to say."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from helpdesk.errors import Unavailable
from helpdesk.model import Message, Piece, TokenUsage


class ScriptedModel:
    """Says its pieces, in order; an Exception among them is raised, an Event waited for.

    ``prompts`` keeps what it was asked; ``hung_up`` is set when a reader left before the end.
    """

    def __init__(self, *script: str | TokenUsage | Exception | asyncio.Event) -> None:
        self.model = "scripted-1"
        self.script = script
        self.prompts: list[Sequence[Message]] = []
        self.hung_up = False

    async def stream(self, prompt: Sequence[Message]) -> AsyncGenerator[Piece | TokenUsage, None]:
        """The scripted answer. Raises what the script says."""
        self.prompts.append(prompt)
        try:
            for step in self.script:
                match step:
                    case str():
                        yield Piece(step)
                    case TokenUsage():
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
