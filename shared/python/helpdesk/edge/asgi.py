"""What every answer of an ASGI app of ours has: a request id, CORS, a problem where it fails."""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpdesk.edge.cors import CORS_HEADERS
from helpdesk.edge.problems import (
    REQUEST_ID_HEADER,
    internal_error,
    problem,
    problem_headers,
    request_id,
)
from helpdesk.edge.requests import MAX_BODY_BYTES
from helpdesk.errors import HelpdeskError, MethodNotAllowed, NotFound, PayloadTooLarge
from helpdesk.telemetry import log, log_crash

# A client that is still sending can't read an answer, so what is too much is read and dropped.
_MOST_BYTES_DROPPED = 16 * 1024 * 1024


class RequestIds:
    """Gives each request an id, lets pages read the answer, and a problem to what crashes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = request_id(request.headers.get(REQUEST_ID_HEADER))
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update({**CORS_HEADERS, REQUEST_ID_HEADER: id_of(request)})
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the edge: nothing of it may reach the caller
            log_crash(error, request=id_of(request), route=request.url.path)
            if not started:
                await refuse(request, internal_error())(scope, receive, send)


def id_of(request: Request) -> str:
    """The id that this request goes by."""
    id_: str = request.state.request_id
    return id_


async def limited_body(request: Request) -> bytes:
    """The request's body. Raises PayloadTooLarge."""
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
        elif size > _MOST_BYTES_DROPPED:
            break
    if size > MAX_BODY_BYTES:
        raise PayloadTooLarge(f"Send at most {MAX_BODY_BYTES} bytes of JSON.")
    return bytes(body)


def refuse(request: Request, error: HelpdeskError) -> Response:
    """The answer to a request that is refused or fails."""
    log_refusal(request, error)
    id_ = id_of(request)
    return JSONResponse(
        problem(error, id_), status_code=error.status, headers=problem_headers(error, id_)
    )


def log_refusal(request: Request, error: HelpdeskError) -> None:
    """Writes down that a request was refused or failed."""
    log(
        "request_refused",
        request=id_of(request),
        route=request.url.path,
        code=error.code,
        status=error.status,
    )


async def on_refusal(request: Request, error: Exception) -> Response:
    """The exception handler of HelpdeskError and of the router's own HTTPException."""
    if isinstance(error, HelpdeskError):
        return refuse(request, error)
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return refuse(request, MethodNotAllowed(allowed.split(", ")))
    return refuse(request, NotFound("There is nothing at this path."))
