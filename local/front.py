"""The one door of one machine: ``python -m local.front --port 8080``.

The emulator buffers streamed answers. So this process serves the streamed routes itself, with the
very app that runs on AWS, and passes every other route to the emulator's API Gateway. Its
environment is the chat function's own, and the URL of the API on the emulator.

It runs as one process per core, as Lambda runs an environment per request: the interpreter's lock
would make ten chats wait for each other in one.
"""

import argparse
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from local import settings
from local.gateway import Gateway
from local.settings import HOST

STREAMED = (
    ("POST", "/v1/chat"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/v1/conversations/{conversation}/turns/{turn}/events"),
)
"""What the chat app serves; API Gateway has the same three."""

_PROCESSES = min(4, os.cpu_count() or 1)


def create_app(chat: Starlette, gateway: Gateway) -> Starlette:
    """The door: ``chat`` for the streamed routes, ``gateway`` for all others."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with gateway.open(), chat.router.lifespan_context(chat):
            yield

    streamed = [Route(path, chat, methods=[method]) for method, path in STREAMED]
    door = Starlette(routes=[*streamed, Mount("/", gateway)], lifespan=lifespan)
    # No route's pattern matches a path with a line break in it.
    door.router.default = gateway
    return door


def wired_app() -> Starlette:
    """The door of this machine's stage, from the environment."""
    from functions.chat.app import app  # noqa: PLC0415  (a test brings a chat app of its own)

    _end_with_parent()
    return create_app(app, Gateway(settings.gateway_url()))


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m local.front", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        "local.front:wired_app",
        factory=True,
        workers=_PROCESSES,
        host=HOST,
        port=parser.parse_args().port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=120,
        # An open answer has this long to end when the stage is stopped.
        timeout_graceful_shutdown=3,
    )


def _end_with_parent() -> None:
    """Where the first process is killed, uvicorn's others would hold the port for ever."""
    if (parent := multiprocessing.parent_process()) is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()


if __name__ == "__main__":
    main()
