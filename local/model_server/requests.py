"""The requests of OpenAI's API that this server answers, as pydantic models.

Fields that it has no use for (temperature, seed …) are ignored, as a plain model would.
"""

import json
from collections.abc import Iterator
from itertools import takewhile
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from local.model_server.embedder import Lane
from local.model_server.offered_tools import OfferedTool, read_tool

Text = Annotated[str, StringConstraints(min_length=1)]


class EmbeddingsRequest(BaseModel):
    """``POST /v1/embeddings``."""

    model: str
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: Literal[384] | None = None

    @property
    def texts(self) -> list[str]:
        """The input, always as a list."""
        return [self.input] if isinstance(self.input, str) else self.input

    @property
    def lane(self) -> Lane:
        """One text is somebody's question; many are documents, which can wait."""
        return "question" if len(self.texts) == 1 else "documents"


class TextPart(BaseModel):
    """A part of a message. Only text is understood."""

    type: Literal["text"]
    text: str


class CalledFunction(BaseModel):
    """What was called, with its arguments as JSON text."""

    name: str
    arguments: str


class ToolCall(BaseModel):
    """A call that the assistant made before."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(BaseModel):
    """One message of a prompt."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The message's text, whichever way it was written."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class FunctionDefinition(BaseModel):
    """A function that may be called; ``parameters`` is a JSON Schema."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str = ""
    parameters: dict[str, Any] = {}


class ToolDefinition(BaseModel):
    """A tool that is offered. There are only functions."""

    type: Literal["function"]
    function: FunctionDefinition


class NamedFunction(BaseModel):
    """The name of a function."""

    name: str


class NamedTool(BaseModel):
    """The one tool that is to be called."""

    type: Literal["function"]
    function: NamedFunction


class StreamOptions(BaseModel):
    """What a stream should carry beside the answer."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """``POST /v1/chat/completions``."""

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    tools: list[ToolDefinition] = []
    tool_choice: Literal["none", "auto", "required"] | NamedTool = "auto"
    stream: bool = False
    stream_options: StreamOptions = StreamOptions()

    @property
    def system(self) -> str:
        """All that the developer says, sources included."""
        roles = ("system", "developer")
        return "\n".join(message.text for message in self.messages if message.role in roles)

    @property
    def question(self) -> str:
        """What the user said last."""
        said = (message.text for message in reversed(self.messages) if message.role == "user")
        return next(said, "")

    @property
    def offered(self) -> list[OfferedTool]:
        """The tools that may be called."""
        if self.tool_choice == "none":
            return []
        functions = [tool.function for tool in self.tools]
        if isinstance(self.tool_choice, NamedTool):
            wanted = self.tool_choice.function.name
            functions = [function for function in functions if function.name == wanted]
        return [read_tool(each.name, each.description, each.parameters) for each in functions]

    @property
    def must_call(self) -> bool:
        """Whether nothing but a call will do."""
        return self.tool_choice not in ("none", "auto")

    @property
    def results(self) -> list[str]:
        """What the tools answered that were called last, where nothing was said since."""
        last = takewhile(lambda message: message.role == "tool", reversed(self.messages))
        return [message.text for message in last][::-1]

    @property
    def texts(self) -> Iterator[str]:
        """All that the model reads: messages, calls and tools."""
        for message in self.messages:
            yield message.text
            for call in message.tool_calls or ():
                yield f"{call.function.name} {call.function.arguments}"
        for tool in self.tools:
            yield json.dumps(tool.function.model_dump(), ensure_ascii=False)
