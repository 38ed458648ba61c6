"""The streamed routes as one ASGI app: chat, Chat Completions and a turn's events.

The same app runs on Lambda, behind the Lambda Web Adapter, and on one machine.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.chat import Chat
from helpdesk.chat_events import Start
from helpdesk.clock import utc_now
from helpdesk.edge.asgi import RequestIds, id_of, limited_body, log_refusal, on_refusal
from helpdesk.edge.chat_answers import at_once, first_of, streamed, whole_answer
from helpdesk.edge.chat_requests import ChatRequest, conversation_id, request_key, turn_id
from helpdesk.edge.completion_requests import CompletionRequest
from helpdesk.edge.completions import completion, completion_stream, openai_error
from helpdesk.edge.problems import problem_headers
from helpdesk.edge.requests import read_body
from helpdesk.edge.sse import chat_stream, last_seen
from helpdesk.errors import HelpdeskError
from helpdesk.identity import Authenticator, Principal, Scope
from helpdesk.telemetry import log, log_crash

THREADS = 64
"""How many calls to tables and indexes one process has under way at most."""

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the event loop waiting: a tenth of Python's default, which at ten
chats at a time took 15 % off the wait for the first token."""


def create_app(chat: Callable[[], Chat], authenticator: Callable[[], Authenticator]) -> Starlette:
    """The app. What it needs is made in a thread while it starts, or by the first request."""
    routes = _Routes(chat, authenticator)
    return Starlette(
        routes=[
            Route("/v1/chat", routes.chat, methods=["POST"]),
            Route("/v1/chat/completions", routes.completions, methods=["POST"]),
            Route("/v1/conversations/{conversation}/turns/{turn}/events", routes.events),
            Route("/v1/health", _health),
        ],
        middleware=[Middleware(RequestIds)],
        exception_handlers={HelpdeskError: on_refusal, HTTPException: on_refusal},
        lifespan=routes.lifespan,
    )


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A request that may chat."""

    principal: Principal
    service: Chat


@dataclass(frozen=True, slots=True)
class _Routes:
    load_chat: Callable[[], Chat]
    load_authenticator: Callable[[], Authenticator]

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        """Sizes the thread pool, warms up meanwhile, and ends when all turns are settled."""
        sys.setswitchinterval(SWITCH_SECONDS)
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(THREADS, "port"))
        warming = loop.run_in_executor(None, self._warm_up)
        yield
        if warmed := await warming:
            await warmed.drain()

    async def chat(self, request: Request) -> Response:
        """Answers a message, streamed or at once."""
        admitted = await self._admit(request, Scope.CHAT)
        body = await limited_body(request)
        asked = read_body(ChatRequest, body, request.headers.get("Content-Type"))
        key = request_key(request.headers, request.url.path, asked, admitted.principal)
        question = asked.question(admitted.principal, key)
        start, events = await first_of(admitted.service.answer(question))
        _log_start(request, admitted, start)
        if asked.stream:
            return streamed(chat_stream(events, start.turn, id_of(request)), start)
        return at_once(await whole_answer(events), start)

    async def completions(self, request: Request) -> Response:
        """Answers OpenAI's client; refuses it in its own words."""
        try:
            return await self._completion(request)
        except HelpdeskError as error:
            log_refusal(request, error)
            headers = problem_headers(error, id_of(request))
            headers["Content-Type"] = "application/json"
            return JSONResponse(openai_error(error), status_code=error.status, headers=headers)

    async def events(self, request: Request) -> Response:
        """A turn's events behind the last one that the reader has seen."""
        admitted = await self._admit(request, Scope.CHAT)
        path, principal = request.path_params, admitted.principal
        replay = admitted.service.replay
        conversation, id_ = conversation_id(path["conversation"]), turn_id(path["turn"])
        tenant = principal.its_tenant()
        turn = await replay.turn_for(principal.asker, tenant, conversation, id_)
        after = last_seen(request.headers.get("Last-Event-ID"), turn.id)
        return streamed(chat_stream(replay.events(turn, after), turn.id, id_of(request)))

    async def _completion(self, request: Request) -> Response:
        admitted = await self._admit(request, Scope.TENANT)
        body = await limited_body(request)
        asked = read_body(CompletionRequest, body, request.headers.get("Content-Type"))
        key = request_key(request.headers, request.url.path, asked, admitted.principal)
        question = asked.question(admitted.principal.its_tenant(), key)
        start, events = await first_of(admitted.service.answer(question))
        _log_start(request, admitted, start)
        created = int(utc_now().timestamp())
        if asked.stream:
            return streamed(completion_stream(events, asked, created), start)
        return at_once(await completion(events, created), start)

    async def _admit(self, request: Request, scope: Scope) -> _Admitted:
        authorization = request.headers.get("Authorization")
        return await asyncio.to_thread(self._admit_by_key, authorization, scope)

    def _admit_by_key(self, authorization: str | None, scope: Scope) -> _Admitted:
        principal = self.load_authenticator().principal(authorization)
        principal.require(scope)
        return _Admitted(principal, self.load_chat())

    def _warm_up(self) -> Chat | None:
        try:
            self.load_authenticator()
            return self.load_chat()
        except Exception as error:  # noqa: BLE001 - the first request tries again and is told
            log_crash(error)
            return None


def _log_start(request: Request, admitted: _Admitted, start: Start) -> None:
    log(
        "turn_started",
        request=id_of(request),
        tenant=admitted.principal.tenant,
        conversation=start.conversation,
        turn=start.turn,
        replayed=start.replayed,
    )
