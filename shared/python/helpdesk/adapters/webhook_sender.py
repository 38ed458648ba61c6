"""Webhooks over HTTP: one POST with a deadline, to a checked address, without redirects."""

import asyncio
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from httpx2 import AsyncClient, ConnectError, InvalidURL, Timeout, TimeoutException, TransportError

from helpdesk.adapters.public_addresses import AddressRefused, pinned
from helpdesk.webhooks import Attempt

CONNECT_SECONDS = 2.0
"""A host that is up takes a connection in far less."""

TOTAL_SECONDS = 10.0
"""From the resolver to the end of the answer. A receiver is to note an event and work later."""

MAX_ANSWER_BYTES = 64 * 1024
"""So much of an answer is read, so that no honest receiver sees a broken line, and ignored."""

_RESOLVERS = 4


class HTTPWebhookSender:
    """Posts to receivers. A redirect is an answer like any other: it is not followed."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._timeout = Timeout(total_seconds, connect=connect_seconds)
        self._total_seconds = total_seconds
        self._tls = tls or ssl.create_default_context()
        # Of its own: the event loop would wait for its threads when it ends, and a resolver that
        # hangs can't be interrupted.
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        """Posts once; whatever goes wrong is the attempt's problem."""
        # A time-out of the client counts silence. Only a loop can end a receiver that sends a byte
        # a second.
        return asyncio.run(self._attempt(url, headers, body, now))

    async def _attempt(
        self, url: str, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Attempt:
        statuses: list[int] = []
        try:
            async with asyncio.timeout(self._total_seconds):
                await self._exchange(url, headers, body, statuses)
        except AddressRefused as error:
            problem = error.reason
        except (TimeoutError, TimeoutException):
            problem = "timeout"
        except (ConnectError, InvalidURL):
            problem = "not_connected"
        except TransportError:
            problem = "broken_off"
        else:
            problem = ""
        # The status decides, however the rest of the answer goes.
        if statuses:
            return Attempt(now, status=statuses[0])
        return Attempt(now, problem=problem)

    async def _exchange(
        self, url: str, headers: Mapping[str, str], body: bytes, statuses: list[int]
    ) -> None:
        find = partial(pinned, url, self._allow_private)
        target = await asyncio.get_running_loop().run_in_executor(self._resolvers, find)
        client = AsyncClient(
            verify=self._tls, timeout=self._timeout, trust_env=False, follow_redirects=False
        )
        sent = {**headers, **target.headers, "Accept-Encoding": "identity"}
        async with (
            client,
            client.stream(
                "POST",
                target.url,
                headers=sent,
                content=body,
                extensions=dict(target.extensions),
            ) as answer,
        ):
            statuses.append(answer.status_code)
            read = 0
            async for piece in answer.aiter_raw():
                read += len(piece)
                if read >= MAX_ANSWER_BYTES:
                    break
