"""The routes: embeddings, chat completions, the models, and whether the server is up."""

import base64
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from local.model_server import answerer, embedder
from local.model_server.agent import Agent
from local.model_server.answerer import Answerer
from local.model_server.completions import Completion
from local.model_server.embedder import Embedder, Vectors
from local.model_server.problems import (
    UnknownModel,
    http_error,
    invalid_request,
    unexpected,
    unknown_model,
)
from local.model_server.requests import ChatRequest, EmbeddingsRequest


def create_app(loaded: Embedder) -> Starlette:
    """The server around a loaded model."""
    handlers: dict[Any, Callable[[Request, Exception], Response]] = {
        ValidationError: invalid_request,
        UnknownModel: unknown_model,
        HTTPException: http_error,
        Exception: unexpected,
    }
    routes = [
        Route("/health", health),
        Route("/v1/models", models),
        Route("/v1/embeddings", embeddings, methods=["POST"]),
        Route("/v1/chat/completions", chat_completions, methods=["POST"]),
    ]
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.state.embedder = loaded
    app.state.agent = Agent(Answerer(loaded))
    return app


async def health(_: Request) -> JSONResponse:
    """Up, with the model loaded."""
    return JSONResponse({"status": "ok"})


async def models(_: Request) -> JSONResponse:
    """The two models that are served."""
    names = (embedder.MODEL, answerer.MODEL)
    data = [{"id": name, "object": "model", "created": 0, "owned_by": "helpdesk"} for name in names]
    return JSONResponse({"object": "list", "data": data})


async def embeddings(request: Request) -> JSONResponse:
    """Embeds one text or many."""
    asked = EmbeddingsRequest.model_validate_json(await request.body())
    _check_model(asked.model, embedder.MODEL)
    embedded = await request.app.state.embedder.embed(asked.texts, asked.lane)
    written = _written(embedded.vectors, asked.encoding_format)
    data = [
        {"object": "embedding", "index": place, "embedding": vector}
        for place, vector in enumerate(written)
    ]
    usage = {"prompt_tokens": embedded.tokens, "total_tokens": embedded.tokens}
    return JSONResponse({"object": "list", "data": data, "model": embedder.MODEL, "usage": usage})


async def chat_completions(request: Request) -> Response:
    """Answers from the sources of the prompt, or calls a tool; streamed or at once."""
    asked = ChatRequest.model_validate_json(await request.body())
    _check_model(asked.model, answerer.MODEL)
    reply = await request.app.state.agent.reply(asked)
    count = request.app.state.embedder.count_tokens
    written = reply if isinstance(reply, str) else f"{reply.name} {reply.arguments}"
    completion = Completion(reply, sum(map(count, asked.texts)), count(written))
    if not asked.stream:
        return JSONResponse(completion.whole())
    events = completion.stream(include_usage=asked.stream_options.include_usage)
    return StreamingResponse(_each(events), media_type="text/event-stream")


async def _each(events: Iterator[str]) -> AsyncIterator[str]:
    # A plain iterator would be sent to a thread and back for every word.
    for event in events:
        yield event


def _check_model(asked: str, served: str) -> None:
    if asked != served:
        raise UnknownModel(f"The model {asked!r} is not served here; {served!r} is.")


def _written(vectors: Vectors, encoding: str) -> list[Any]:
    if encoding == "base64":
        return [base64.b64encode(vector.astype("<f4").tobytes()).decode() for vector in vectors]
    rows: list[Any] = vectors.tolist()
    return rows
