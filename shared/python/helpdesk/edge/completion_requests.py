"""What OpenAI's client asks of Chat Completions, and the question that it means."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from helpdesk.chat_context import Question
from helpdesk.conversations import RequestKey
from helpdesk.edge.chat_requests import MAX_MESSAGE_CHARACTERS
from helpdesk.edge.requests import Request
from helpdesk.errors import FieldError, ValidationFailed
from helpdesk.ids import TenantId
from helpdesk.model import Message
from helpdesk.prompts import said_before

_REMEMBERED_MESSAGES = 8


class _Lenient(BaseModel):
    # The client sends what it likes (temperature, tools, metadata): it has no bearing here.
    model_config = ConfigDict(extra="ignore", frozen=True)


class TextPart(_Lenient):
    """A part of a message's content."""

    type: Literal["text"]
    text: str


class CompletionMessage(_Lenient):
    """A message of the client's own history."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[TextPart, ...] | None = None

    @property
    def text(self) -> str:
        """The message's text, in one."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content or ())


class StreamOptions(_Lenient):
    """What a stream ends with."""

    include_usage: bool = False


class CompletionRequest(Request):
    """A Chat Completions request; the agent's own model answers, whatever ``model`` says."""

    model_config = ConfigDict(extra="ignore", strict=False)

    model: str
    messages: tuple[CompletionMessage, ...]
    stream: bool = False
    stream_options: StreamOptions | None = None

    def question(self, tenant: TenantId, request: RequestKey | None) -> Question:
        """The last user message, with the talk before it. Raises ValidationFailed."""
        places = [at for at, message in enumerate(self.messages) if message.role == "user"]
        text = self.messages[places[-1]].text.strip() if places else ""
        if not 1 <= len(text) <= MAX_MESSAGE_CHARACTERS:
            wrong = f"The last user message must have 1 to {MAX_MESSAGE_CHARACTERS} characters."
            raise ValidationFailed(wrong, errors=[FieldError("messages", wrong)])
        history = [_message(each) for each in self.messages[: places[-1]] if _is_talk(each)]
        remembered = tuple(history[-_REMEMBERED_MESSAGES:])
        return Question(tenant, text, history=remembered, request=request)

    @property
    def wants_usage(self) -> bool:
        """Whether the stream ends with a chunk of usage."""
        return self.stream_options is not None and self.stream_options.include_usage


def _is_talk(message: CompletionMessage) -> bool:
    return message.role in ("user", "assistant") and bool(message.text.strip())


def _message(message: CompletionMessage) -> Message:
    if message.role == "assistant":
        return said_before(message.text)
    return Message("user", message.text)
