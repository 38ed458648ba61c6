"""The sample shop with a second door, behind which keys are not honoured, and with slow hands.

At ``/without-keys/refunds`` each request is acted on, however often its key has come: the ledger
shows the how-manieth it was, as ``<key>/2``. The look-up there tells of the first.
"""

import argparse
import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from local.settings import HOST
from local.shop.app import create_app
from local.shop.connections import ClosableProtocol
from local.shop.database import Database

DOOR = "/without-keys"
_KEY = b"idempotency-key"
_MOST_WORK_SECONDS = 0.05


@dataclass(slots=True)
class WithoutKeys:
    """Gives each request behind the door a key of its own, and takes its time."""

    app: ASGIApp
    seen: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request that no fault has kept away."""
        path: str = scope.get("path", "")
        if "/refunds" in path:
            await asyncio.sleep(random.uniform(0, _MOST_WORK_SECONDS))
        if path == f"{DOOR}/refunds":
            scope = self._keyed_anew(scope)
        elif path.startswith(DOOR):
            scope = _at(scope, f"{path.removeprefix(DOOR)}/1")
        await self.app(scope, receive, send)

    def _keyed_anew(self, scope: Scope) -> Scope:
        headers = dict(scope["headers"])
        key = headers[_KEY].decode()
        self.seen[key] += 1
        headers[_KEY] = f"{key}/{self.seen[key]}".encode()
        return {**_at(scope, "/refunds"), "headers": list(headers.items())}


def _at(scope: Scope, path: str) -> Scope:
    return {**scope, "path": path, "raw_path": path.encode()}


def main() -> None:
    """Serves until it is told to stop."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills.shop", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--database", type=Path, required=True)
    given = parser.parse_args()
    app = create_app(Database(given.database))
    # The innermost: a request that meets a fault before that was never here.
    app.user_middleware.append(Middleware(WithoutKeys))
    uvicorn.run(
        app,
        http=ClosableProtocol,
        host=HOST,
        port=given.port,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )


if __name__ == "__main__":
    main()
