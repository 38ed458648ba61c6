"""The requests of OpenAI's API that this server answers, as pydantic models.

Fields that it has no use for (temperature, tools …) are ignored, as a plain model would.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from local.model_server.embedder import Lane

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


class ChatMessage(BaseModel):
    """One message of a prompt."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """The message's text, whichever way it was written."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream should carry beside the answer."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """``POST /v1/chat/completions``."""

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
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
