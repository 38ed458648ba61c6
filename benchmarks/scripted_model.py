"""A language model that always says the same, its first word a fixed time after it was asked.

python -m benchmarks.scripted_model PORT
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

FIRST_TOKEN_SECONDS = 0.05
MODEL = "scripted-1"
_WORDS = ("A ", "parcel ", "takes ", "two ", "days.")


async def _completions(request: Request) -> Response:
    await request.body()
    return StreamingResponse(_answer(), media_type="text/event-stream")


async def _answer() -> AsyncIterator[str]:
    await asyncio.sleep(FIRST_TOKEN_SECONDS)
    for word in _WORDS:
        yield _chunk({"content": word})
    yield _chunk({}, "stop")
    usage = {"prompt_tokens": 900, "completion_tokens": 5, "total_tokens": 905}
    yield _event({"choices": [], "usage": usage})
    yield "data: [DONE]\n\n"


async def _models(_: Request) -> Response:
    return JSONResponse({"object": "list", "data": [{"id": MODEL, "object": "model"}]})


def _chunk(delta: dict[str, str], finish_reason: str | None = None) -> str:
    return _event({"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}]})


def _event(content: dict[str, Any]) -> str:
    whole = {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    return f"data: {json.dumps({**whole, **content})}\n\n"


app = Starlette(
    routes=[
        Route("/v1/chat/completions", _completions, methods=["POST"]),
        Route("/v1/models", _models),
    ]
)

if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        timeout_keep_alive=60,
    )
