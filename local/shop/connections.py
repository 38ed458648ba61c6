"""Connections that an app can close without an answer, which ASGI alone has no word for."""

import asyncio

from starlette.types import Message, Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

_CLOSE = "close_connection"


class ClosableProtocol(H11Protocol):
    """Uvicorn's protocol, whose requests carry in their state the way to close the socket."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hands the connection's end to its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CLOSE: transport.abort}


async def close(scope: Scope, receive: Receive) -> None:
    """Closes the request's TCP connection; not a byte of an answer is sent."""
    scope["state"][_CLOSE]()
    await until_gone(receive)


async def until_gone(receive: Receive) -> None:
    """Waits until the caller has hung up."""
    message: Message = {"type": ""}
    while message["type"] != "http.disconnect":
        message = await receive()
