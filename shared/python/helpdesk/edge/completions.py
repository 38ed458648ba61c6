"""OpenAI's Chat Completions over a tenant's agent, for the ``openai`` client as it is."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from helpdesk.chat_events import ChatEvent, Delta, Done, Failed, Numbered, Start
from helpdesk.conversations import Citation
from helpdesk.edge.completion_requests import CompletionRequest
from helpdesk.edge.sse import data_line
from helpdesk.errors import HelpdeskError

_CITATION = re.compile(r"\[([0-9]+)\]")


def openai_error(error: HelpdeskError) -> dict[str, Any]:
    """A refusal or failure in OpenAI's shape."""
    return {
        "error": {
            "message": error.detail,
            "type": "invalid_request_error" if error.status < 500 else "server_error",
            "param": error.errors[0].field if error.errors else None,
            "code": error.code,
        }
    }


async def completion(events: AsyncGenerator[Numbered, None], created: int) -> dict[str, Any]:
    """The answer as one object. Raises the turn's error, if it failed."""
    text, turn = "", ""
    async with aclosing(events):
        async for _, event in events:
            match event:
                case Start():
                    turn = event.turn
                case Delta():
                    text += event.text
                case Failed():
                    raise event.error
                case Done():
                    message = {
                        "role": "assistant",
                        "content": text,
                        "refusal": None,
                        "annotations": _annotations(text, event.citations),
                    }
                    choice = {"index": 0, "message": message, "finish_reason": "stop"}
                    return {
                        "id": turn,
                        "object": "chat.completion",
                        "created": created,
                        "model": event.usage.model,
                        "choices": [{**choice, "logprobs": None}],
                        "usage": _usage(event),
                    }
    raise AssertionError("a chat always ends with Done")


async def completion_stream(
    events: AsyncGenerator[Numbered, None], asked: CompletionRequest, created: int
) -> AsyncGenerator[bytes, None]:
    """The answer as OpenAI's chunks, one piece each; ``created`` in Unix seconds."""
    chunks = _Chunks(asked, created)
    async with aclosing(events):
        async for _, event in events:
            for data in chunks.of(event):
                yield f"{data_line(data)}\n\n".encode()
    yield b"data: [DONE]\n\n"


class _Chunks:
    def __init__(self, asked: CompletionRequest, created: int) -> None:
        self._asked = asked
        self._created = created
        self._turn = ""
        self._text = ""
        self._failed = False

    def of(self, event: ChatEvent) -> Sequence[dict[str, Any]]:
        """The chunks that an event becomes."""
        match event:
            case Start():
                self._turn = event.turn
                return [self._chunk({"role": "assistant", "content": ""})]
            case Delta():
                self._text += event.text
                return [self._chunk({"content": event.text})]
            case Failed():
                self._failed = True
                return [openai_error(event.error)]
            case Done() if not self._failed:
                return self._last(event)
        return []

    def _last(self, event: Done) -> Sequence[dict[str, Any]]:
        annotations = _annotations(self._text, event.citations)
        last = self._chunk({"annotations": annotations} if annotations else {}, "stop")
        if not self._asked.wants_usage:
            return [last]
        return [last, {**last, "choices": [], "usage": _usage(event)}]

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        chunk: dict[str, Any] = {
            "id": self._turn,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._asked.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        }
        return {**chunk, "usage": None} if self._asked.wants_usage else chunk


def _annotations(text: str, citations: Sequence[Citation]) -> list[dict[str, Any]]:
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": marker.start(),
                "end_index": marker.end(),
                "title": cited.title,
                # The client's type wants a URL; a document without one is named by its id.
                "url": cited.url or f"urn:helpdesk:document:{cited.document_id}",
            },
        }
        for marker in _CITATION.finditer(text)
        for cited in citations[int(marker[1]) - 1 : int(marker[1])]
    ]


def _usage(event: Done) -> dict[str, int]:
    usage = event.usage
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
