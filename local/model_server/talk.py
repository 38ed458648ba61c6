"""The talk so far: what the user said, and which question of ours each message answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.model_server.offered_tools import OfferedTool, Parameter
from local.model_server.requests import ChatMessage


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that the user said, and what the assistant had said just before."""

    text: str
    after: str = ""

    def answers(self, parameter: Parameter) -> bool:
        """Whether the assistant had just asked for this parameter."""
        return " ".join(parameter.question.split()) in self.after


def heard(messages: Sequence[ChatMessage]) -> list[Heard]:
    """What the user said, in order."""
    found: list[Heard] = []
    before = ""
    for message in messages:
        if message.role == "user":
            found.append(Heard(message.text, before))
        if message.role in ("user", "assistant"):
            before = " ".join(message.text.split()) if message.role == "assistant" else ""
    return found


def asked_for(said: Heard, tool: OfferedTool) -> Parameter | None:
    """The parameter of a tool that the user had just been asked for."""
    asked = (each for each in tool.required_parameters if said.answers(each))
    return next(asked, None)


def request_behind(said: Sequence[Heard], tools: Sequence[OfferedTool]) -> Heard:
    """What the user wanted when our questions began: the last message itself if none was asked."""
    at = len(said) - 1
    while at > 0 and any(asked_for(said[at], tool) for tool in tools):
        at -= 1
    return said[at]
