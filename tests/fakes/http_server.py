"""A real HTTP server around an ASGI app, for tests that need sockets."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

_START_SECONDS = 10.0


class _Announcing(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serves an app on a free port in a thread of its own; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app, log_level="critical", ws="none", timeout_graceful_shutdown=1, access_log=False
        )
        server = _Announcing(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            if not server.listening.wait(_START_SECONDS):
                raise TimeoutError("the server did not start")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
