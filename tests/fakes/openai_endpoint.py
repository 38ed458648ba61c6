"""An OpenAI-compatible endpoint that behaves, or misbehaves, as the model's name asks."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

PIECES = ("Two ", "days [k7f3]", ".")

CALL_DELTAS: tuple[dict[str, Any], ...] = (
    {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": ""}},
    {"index": 0, "function": {"arguments": '{"order'}},
    {"index": 1, "id": "c2", "type": "function", "function": {"name": "pay", "arguments": "{}"}},
    {"index": 0, "function": {"arguments": '": 7}'}},
)
"""Two calls of tools, in pieces that mix."""

STREAM_FAULTS = ("hangs", "hangs_later", "drops", "cut_off", "not_json", "odd_json", "error_event")
FAULTS = ("status_429", "status_500", "html", "empty_object")


class OpenAIEndpoint:
    """The app, and what it saw: ``requests`` that it was sent, and whether a reader left."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.left = threading.Event()
        self.app = Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/embeddings", self._embeddings, methods=["POST"]),
            ]
        )

    async def _chat(self, request: Request) -> Response:
        asked = await request.json()
        self.requests.append(asked)
        return _fault(asked["model"]) or StreamingResponse(
            self._stream(asked["model"]), media_type="text/event-stream"
        )

    async def _stream(self, behaviour: str) -> AsyncIterator[str]:
        try:
            if behaviour == "hangs":
                await asyncio.Event().wait()
            if behaviour == "calls":
                for delta in CALL_DELTAS:
                    yield _chunk({"tool_calls": [delta]})
                yield _chunk({}, "tool_calls")
                yield "data: [DONE]\n\n"
                return
            for piece in PIECES:
                yield _chunk({"content": piece})
                await _misbehave(behaviour)
                if behaviour in _ODD:
                    yield _ODD[behaviour]
            if behaviour == "cut_off":
                return
            yield _chunk({}, "stop")
            if behaviour != "no_usage":
                usage = {"prompt_tokens": 70, "completion_tokens": 5, "total_tokens": 75}
                yield _event({"model": "answering-1", "choices": [], "usage": usage})
            yield "data: [DONE]\n\n"
        except asyncio.CancelledError:
            self.left.set()
            raise

    async def _embeddings(self, request: Request) -> Response:
        asked = await request.json()
        self.requests.append(asked)
        if asked["model"] == "hangs":
            await asyncio.Event().wait()
        if fault := _fault(asked["model"]):
            return fault
        texts = asked["input"][1:] if asked["model"] == "one_short" else asked["input"]
        data = [
            {"object": "embedding", "index": at, "embedding": [3.0 * len(text), 4.0 * len(text)]}
            for at, text in enumerate(texts)
        ]
        if asked["model"] == "zeros":
            data = [{**each, "embedding": [0.0, 0.0]} for each in data]
        return JSONResponse({"object": "list", "model": "m", "data": data[::-1], "usage": None})


async def _misbehave(behaviour: str) -> None:
    if behaviour == "hangs_later":
        await asyncio.Event().wait()
    if behaviour == "drops":
        raise ConnectionError("this drops the socket in the middle of a chunked body")


_ODD = {
    "not_json": "data: {not json\n\n",
    "odd_json": 'data: {"choices": [7]}\n\n',
    "error_event": 'data: {"error": {"message": "overloaded"}}\n\n',
}


def _fault(behaviour: str) -> Response | None:
    match behaviour:
        case "status_429":
            return JSONResponse({"error": {"message": "slow down"}}, 429, {"Retry-After": "60"})
        case "status_500":
            return PlainTextResponse("oops", 500)
        case "html":
            return PlainTextResponse("<html>a proxy's page</html>", media_type="text/html")
        case "empty_object":
            return JSONResponse({})
    return None


def _chunk(delta: dict[str, Any], finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return _event({"model": "answering-1", "choices": [choice]})


def _event(data: dict[str, Any]) -> str:
    whole = {"id": "c1", "object": "chat.completion.chunk", "created": 0, **data}
    return f"data: {json.dumps(whole)}\n\n"
