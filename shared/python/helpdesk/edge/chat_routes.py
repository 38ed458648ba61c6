"""The chat app's routes as the OpenAPI document describes them; the chat app serves them."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from helpdesk.conversations import FinishReason
from helpdesk.edge.answers import Answer
from helpdesk.edge.chat_requests import ChatRequest
from helpdesk.edge.completion_requests import CompletionRequest
from helpdesk.edge.operations import Operation
from helpdesk.edge.problems import ProblemOut
from helpdesk.edge.turns import CitationOut, TimingOut, TurnActionOut, TurnUsageOut
from helpdesk.errors import BudgetExhausted, Conflict, InvalidRequest, NotFound
from helpdesk.identity import Scope


class StartEvent(Answer):
    """``start``: the turn is claimed. Each event's id is ``<turn_id>:<n>``."""

    conversation_id: str
    turn_id: str


class SourcesEvent(Answer):
    """``sources``: what was retrieved, best first."""

    citations: Sequence[CitationOut]


class DeltaEvent(Answer):
    """``delta``: the next piece of the answer; ``[n]`` is the n-th of ``done.citations``."""

    text: str


class ActionEvent(TurnActionOut):
    """``action``: how an action stands now, or what was looked up."""


class DoneEvent(Answer):
    """``done``: the last event of every stream."""

    finish_reason: FinishReason
    citations: Sequence[CitationOut]
    usage: TurnUsageOut
    timing: TimingOut


class ChatOut(DoneEvent):
    """A whole answer, for ``stream: false``."""

    conversation_id: Annotated[str, Field(examples=["conv_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    turn_id: str
    answer: str
    action: TurnActionOut | None = None


class CompletionOut(Answer):
    """An OpenAI Chat Completion; its citations are ``url_citation`` annotations."""

    model_config = ConfigDict(extra="allow")
    id: str
    object: str
    created: int
    model: str
    choices: Sequence[dict[str, Any]]
    usage: dict[str, Any] | None = None


class CompletionChunk(Answer):
    """A chunk of a streamed Chat Completion; the stream ends with ``data: [DONE]``."""

    model_config = ConfigDict(extra="allow")
    id: str
    object: str
    created: int
    model: str
    choices: Sequence[dict[str, Any]]


class OpenAIErrorDetail(Answer):
    """What OpenAI's client reads of an error."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIErrorOut(Answer):
    """A refusal or failure in OpenAI's shape."""

    error: OpenAIErrorDetail


_EVENTS: dict[str, type[BaseModel]] = {
    "start": StartEvent,
    "sources": SourcesEvent,
    "delta": DeltaEvent,
    "action": ActionEvent,
    "error": ProblemOut,
    "done": DoneEvent,
}

OPERATIONS = (
    Operation(
        "POST",
        "/v1/chat",
        "chat",
        "Ask the agent; the answer streams unless stream is false.",
        "Chat",
        None,
        scope=Scope.CHAT,
        body=ChatRequest,
        answer=ChatOut,
        idempotent=True,
        stream=_EVENTS,
        refusals=(NotFound, Conflict, BudgetExhausted),
    ),
    Operation(
        "POST",
        "/v1/chat/completions",
        "createChatCompletion",
        "OpenAI Chat Completions, for OpenAI's client as it is; errors in OpenAI's shape.",
        "Chat",
        None,
        body=CompletionRequest,
        answer=CompletionOut,
        idempotent=True,
        stream={"message": CompletionChunk},
        refusals=(BudgetExhausted,),
        refusal=OpenAIErrorOut,
    ),
    Operation(
        "GET",
        "/v1/conversations/{conversation_id}/turns/{turn_id}/events",
        "resumeTurn",
        "A turn's events behind Last-Event-ID, for a reader that lost its stream.",
        "Chat",
        None,
        scope=Scope.CHAT,
        stream=_EVENTS,
        refusals=(InvalidRequest,),
    ),
)
