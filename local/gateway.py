"""The way to the emulator's API Gateway: requests and answers pass as they are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import unquote_to_bytes

import httpx2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from helpdesk.edge.asgi import id_of, refuse
from helpdesk.edge.cors import CORS_HEADERS
from helpdesk.edge.problems import PROBLEM_JSON, REQUEST_ID_HEADER, internal_error, request_id
from helpdesk.errors import (
    Forbidden,
    HelpdeskError,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    RateLimited,
    Unauthenticated,
    Unavailable,
)

MAX_BODY_BYTES = 10 * 1024 * 1024
"""API Gateway's own limit."""

_TIMEOUT = httpx2.Timeout(35.0, connect=10.0)  # API Gateway itself gives up after 29 s
_CONNECTIONS = httpx2.Limits(max_connections=200, max_keepalive_connections=50)

_HOP_BY_HOP = {
    *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
    *("transfer-encoding", "upgrade"),
}
_SET_BY_THE_SERVER = {"date", "server"}
# To the emulator these would be calls of AWS's own APIs, or words of API Gateway about the caller.
_ONLY_AWS_SAYS = ("x-amz-", "x-amzn-")

_REFUSALS: dict[int, HelpdeskError] = {
    400: InvalidRequest("The request can't be read."),
    401: Unauthenticated("Send a valid key as a bearer token."),
    403: Forbidden("This key may not do that."),
    404: NotFound("There is nothing at this path."),
    413: PayloadTooLarge("The request is too large."),
    429: RateLimited("Too many requests; slow down."),
    503: Unavailable("Try again in a moment."),
    504: Unavailable("Try again in a moment."),
}


class Gateway:
    """An ASGI app in front of one deployed API."""

    def __init__(self, api_url: str, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._api_url = httpx2.URL(api_url)
        self._transport = transport
        self._http: httpx2.AsyncClient | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Keeps connections to the emulator alive meanwhile."""
        async with httpx2.AsyncClient(
            timeout=_TIMEOUT, limits=_CONNECTIONS, transport=self._transport, trust_env=False
        ) as self._http:
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        request.state.request_id = request_id(request.headers.get(REQUEST_ID_HEADER))
        try:
            answer = await self._answer(request)
        except ClientDisconnect:
            return
        except HelpdeskError as error:
            answer = refuse(request, error)
            answer.headers.update(CORS_HEADERS)
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        upstream = await self._sent(await self._passed_on(request))
        if _of_the_emulator(upstream):
            await upstream.aclose()
            raise _REFUSALS.get(upstream.status_code, internal_error())
        answer = StreamingResponse(_body(upstream), status_code=upstream.status_code)
        dropped = _HOP_BY_HOP | _SET_BY_THE_SERVER
        if upstream.status_code == 204:
            # The emulator's preflights state the length of a body that no such answer has.
            dropped = dropped | {"content-length"}
        answer.raw_headers = [
            (name.lower(), value)
            for name, value in upstream.headers.raw
            if name.lower().decode("latin-1") not in dropped
        ]
        answer.headers.setdefault(REQUEST_ID_HEADER, id_of(request))
        return answer

    async def _sent(self, request: httpx2.Request) -> httpx2.Response:
        if self._http is None:
            raise RuntimeError("The gateway is not open.")
        try:
            return await self._http.send(request, stream=True)
        except httpx2.TransportError:
            down = "The service is not ready to answer. Try again in a moment."
            raise Unavailable(down) from None

    async def _passed_on(self, request: Request) -> httpx2.Request:
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if _passes(name.lower().decode("latin-1"))
        ]
        headers.append((REQUEST_ID_HEADER.encode(), id_of(request).encode()))
        return httpx2.Request(
            request.method, self._target(request), headers=headers, content=await _content(request)
        )

    def _target(self, request: Request) -> httpx2.URL:
        path: bytes = request.scope["raw_path"]
        parts = unquote_to_bytes(path).split(b"/")
        # The emulator serves more than our API; a path must not climb out of it.
        if parts[1:2] != [b"v1"] or b".." in parts or b"." in parts:
            raise _REFUSALS[404]
        query: bytes = request.scope["query_string"]
        whole = self._api_url.raw_path + path + (b"?" + query if query else b"")
        return self._api_url.copy_with(raw_path=whole)


async def _content(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _REFUSALS[413]
    return bytes(body)


async def _body(upstream: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in upstream.aiter_raw():
            yield chunk
    finally:
        await upstream.aclose()


def _passes(header: str) -> bool:
    ours = header in ("host", "content-length", REQUEST_ID_HEADER.lower())
    return not (ours or header in _HOP_BY_HOP or header.startswith(_ONLY_AWS_SAYS))


def _of_the_emulator(upstream: httpx2.Response) -> bool:
    """Whether it is an error that neither the product nor its API's own answers worded."""
    kind = upstream.headers.get("Content-Type", "").partition(";")[0]
    return upstream.is_error and kind != PROBLEM_JSON
