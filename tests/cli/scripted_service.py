"""A service with scripted answers on a real port: what the CLI is tested against."""

import json
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.cli.scripted_finance import ScriptedFinance
from tests.cli.scripted_plans import ScriptedPlans
from tests.cli.scripted_usage import ScriptedUsage

KEY = "hd_sk_right"
CITATION = {
    "id": "k1",
    "document_id": "doc_1",
    "title": "Returns",
    "url": None,
    "heading": "Deadlines",
    "page": None,
    "snippet": "Within 30 days.",
}
DONE = {
    "finish_reason": "answered",
    "citations": [CITATION],
    "usage": {
        "model": "scripted",
        "input_tokens": 9,
        "output_tokens": 4,
        "cost": {"amount": "0.000123", "currency": "USD"},
        "cache": "none",
    },
    "timing": {"first_token_ms": 3, "total_ms": 7},
}

ACTION: dict[str, Any] = {
    "id": "act_1",
    "tool": "refund_order",
    "status": "awaiting_confirmation",
    "summary": "Refund [/b] 20.00 EUR",
    "arguments": {"order_id": "1042", "amount": "20.00"},
    "result": None,
    "attempts": 0,
    "error": None,
    "created_at": "2026-11-24T09:30:00.000Z",
    "updated_at": "2026-11-24T09:30:05.000Z",
}
CONVERSATION: dict[str, Any] = {
    "id": "conv_1",
    "status": "bot",
    "outcome": "answered",
    "preview": "How long?",
    "turn_count": 1,
    "end_user": None,
    "created_at": "2026-11-24T09:30:00.000Z",
    "updated_at": "2026-11-24T09:30:05.000Z",
}
EVENTS = [
    {"type": "proposed", "at": "2026-11-24T09:30:00.000Z"},
    {"type": "confirmation_asked", "at": "2026-11-24T09:30:05.000Z", "of": "agent"},
]


@dataclass
class ScriptedService:
    """Takes documents and streams one answer to any question.

    It fails documents named ``broken…``, never reads ``stuck…`` and takes its time for ``slow…``.
    """

    url: str = ""
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    received: dict[str, bytes] = field(default_factory=dict)
    idempotency_keys: list[str] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    busy_answers: int = 0
    stream_problem: dict[str, Any] | None = None
    breaks_off: bool = False
    resumed_after: list[str] = field(default_factory=list)
    tools: dict[str, dict[str, Any]] = field(default_factory=dict)
    decisions: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    usage: ScriptedUsage = field(default_factory=ScriptedUsage)
    plans: ScriptedPlans = field(default_factory=ScriptedPlans)
    finance: ScriptedFinance = field(default_factory=ScriptedFinance)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/documents", self.create, methods=["POST"]),
                Route("/v1/documents", self.list),
                Route("/bucket/{document}", self.receive, methods=["PUT"]),
                Route("/v1/chat", self.chat, methods=["POST"]),
                Route("/v1/conversations/conv_1/turns/turn_1/events", self.resume),
                *self.usage.routes(),
                Route("/v1/conversations", self.list_conversations),
                Route("/v1/conversations/{conversation}", self.conversation),
                Route("/v1/conversations/{conversation}/resolve", self.resolve, methods=["POST"]),
                Route("/v1/conversations/{conversation}/reopen", self.reopen, methods=["POST"]),
                Route("/v1/tools", self.list_tools),
                Route("/v1/tools/{name}", self.put_tool, methods=["PUT"]),
                Route("/v1/tools/{name}", self.delete_tool, methods=["DELETE"]),
                Route("/v1/actions", self.list_actions),
                Route("/v1/actions/{action}", self.action),
                Route("/v1/actions/{action}/decision", self.decide, methods=["POST"]),
                Route("/openapi.json", self.described),
                *self.plans.routes(),
                *self.finance.routes(),
            ]
        )

    async def create(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            problem = {"code": "unauthenticated", "detail": "No such key.", "request_id": "r1"}
            return JSONResponse(problem, 401, media_type="application/problem+json")
        self.idempotency_keys.append(request.headers["Idempotency-Key"])
        if self.busy_answers:
            self.busy_answers -= 1
            problem = {"code": "unavailable", "detail": "Too busy."}
            return JSONResponse(problem, 503, {"Retry-After": "0"})
        body = await request.json()
        document = {
            **body,
            "id": f"doc_{len(self.documents)}",
            "status": "awaiting_upload",
            "progress": 0,
            "chunks": 0,
            "error": None,
        }
        self.documents[document["id"]] = document
        upload = {
            "method": "PUT",
            "url": f"{self.url}/bucket/{document['id']}",
            "headers": {"Content-Type": body["content_type"]},
        }
        return JSONResponse({"document": document, "upload": upload}, 201)

    async def receive(self, request: Request) -> Response:
        document = self.documents[request.path_params["document"]]
        self.received[document["filename"]] = await request.body()
        if document["filename"].startswith(("stuck", "slow")):
            return Response()
        broken = document["filename"].startswith("broken")
        error = {"code": "malformed_document", "message": "It can't be read."} if broken else None
        document.update(status="failed" if broken else "ready", progress=1, error=error)
        return Response()

    async def list(self, request: Request) -> Response:
        everything = list(self.documents.values())
        for document in everything:
            if document["filename"].startswith("slow"):
                self._read_on(document)
        start = int(request.query_params.get("cursor", 0))
        following = start + 2 if start + 2 < len(everything) else None
        page = everything[start : start + 2]
        return JSONResponse({"items": page, "next_cursor": following and str(following)})

    def _read_on(self, document: dict[str, Any]) -> None:
        done = document["progress"] + 0.125
        document.update(status="ready" if done == 1 else "processing", progress=done)

    async def chat(self, request: Request) -> Response:
        self.questions.append(await request.json())
        told, sent = self._told()
        # Longer than what is sent: the connection ends before the answer does.
        headers = {"Content-Length": str(len("".join(told).encode()))}
        events = iter(told[:sent])
        return StreamingResponse(events, headers=headers, media_type="text/event-stream")

    def _told(self) -> tuple[Sequence[str], int]:
        """The events of the answer, and how many of them are sent before the line drops."""
        names = {"conversation_id": "conv_1", "turn_id": "turn_1"}
        events: list[tuple[str, Any]] = [("start", names), ("sources", {"citations": [CITATION]})]
        if self.stream_problem:
            events += [("error", self.stream_problem), ("done", DONE | {"finish_reason": "error"})]
        else:
            events += [("delta", {"text": "Within 30 "}), ("delta", {"text": "days [1]."})]
            events += [("done", DONE)]
        told = [
            f"id: turn_1:{number}\nevent: {name}\ndata: {json.dumps(data)}\n\n"
            for number, (name, data) in enumerate(events, start=1)
        ]
        return told, 3 if self.breaks_off else len(told)

    async def resume(self, request: Request) -> Response:
        self.resumed_after.append(request.headers["Last-Event-ID"])
        told, _ = self._told()
        return StreamingResponse(iter(told[3:]), media_type="text/event-stream")

    async def list_conversations(self, request: Request) -> Response:
        return JSONResponse({"items": [CONVERSATION], "next_cursor": None})

    async def conversation(self, request: Request) -> Response:
        if request.path_params["conversation"] != CONVERSATION["id"]:
            return _no_such_conversation()
        turn = {"message": "How long?", "answer": "Within 30 days [1]."}
        return JSONResponse(CONVERSATION | {"turns": [turn]})

    async def resolve(self, request: Request) -> Response:
        return self._now(request, "closed")

    async def reopen(self, request: Request) -> Response:
        return self._now(request, "bot")

    def _now(self, request: Request, status: str) -> Response:
        if request.path_params["conversation"] != CONVERSATION["id"]:
            return _no_such_conversation()
        self.idempotency_keys.append(request.headers["Idempotency-Key"])
        return JSONResponse(CONVERSATION | {"status": status})

    async def list_tools(self, request: Request) -> Response:
        return JSONResponse({"items": list(self.tools.values()), "next_cursor": None})

    async def put_tool(self, request: Request) -> Response:
        name, body = request.path_params["name"], await request.json()
        if "name" in body or "updated_at" in body or body["endpoint"]["url"].startswith("http://"):
            errors = [{"field": "endpoint.url", "message": "This must be an https URL."}]
            problem = {"code": "validation_failed", "detail": "Check.", "errors": errors}
            return JSONResponse(problem, 422, media_type="application/problem+json")
        defaults = {"limits": [], "idempotency": "none", "updated_at": ACTION["updated_at"]}
        self.tools[name] = {"name": name, **defaults, **body}
        return JSONResponse(self.tools[name])

    async def delete_tool(self, request: Request) -> Response:
        if self.tools.pop(request.path_params["name"], None):
            return Response(status_code=204)
        problem = {"code": "not_found", "detail": "There is no such tool."}
        return JSONResponse(problem, 404, media_type="application/problem+json")

    async def list_actions(self, request: Request) -> Response:
        wanted = request.query_params.get("status", ACTION["status"])
        items = [ACTION] if wanted == ACTION["status"] else []
        return JSONResponse({"items": items, "next_cursor": None})

    async def action(self, request: Request) -> Response:
        return JSONResponse(ACTION | {"events": EVENTS})

    async def decide(self, request: Request) -> Response:
        self.decisions.append((request.path_params["action"], await request.json()))
        self.idempotency_keys.append(request.headers["Idempotency-Key"])
        return JSONResponse(ACTION | {"status": "running"})

    async def described(self, request: Request) -> Response:
        operation = {"operationId": "getOrder", "summary": "Look an order up."}
        return JSONResponse(
            {"openapi": "3.1.0", "servers": [{"url": "/api"}], "paths": {"/o": {"get": operation}}}
        )


def _no_such_conversation() -> Response:
    problem = {"code": "not_found", "detail": "There is no such conversation."}
    return JSONResponse(problem, 404, media_type="application/problem+json")


@contextmanager
def serving(service: ScriptedService) -> Iterator[ScriptedService]:
    """Runs the service on a free port of 127.0.0.1."""
    listener = socket.create_server(("127.0.0.1", 0))
    service.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(service.app(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
