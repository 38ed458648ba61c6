"""One request to a server of somebody else's: a deadline for the whole, a checked address, no
redirects, and no more of the answer than we care for."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from httpx2 import (
    AsyncClient,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    InvalidURL,
    Timeout,
    TimeoutException,
)

from helpdesk.adapters.public_addresses import AddressRefused, pinned

CONNECT_SECONDS = 2.0
"""A host that is up takes a connection in far less."""

MAX_ANSWER_BYTES = 64 * 1024

_RESOLVERS = 4


@dataclass(slots=True)
class Heard:
    """What came back: ``whole`` is false for an answer that is larger than we read or broke off.

    The names of ``headers`` are in small letters.
    """

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    whole: bool = False
    timed_out: bool = False


Enough = Callable[[Heard], bool]
"""Whether what was heard so far is all that one waits for; a stream may never end by itself."""


class NotReached(Exception):
    """The request certainly did not get to the server; ``reason`` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OutboundHTTP:
    """Requests to servers that tenants name. Safe for threads; not for an event loop's own."""

    def __init__(self, *, allow_private: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self._allow_private = allow_private
        self._tls = tls or ssl.create_default_context()
        # Of its own: the event loop would wait for its threads when it ends, and a resolver that
        # hangs can't be interrupted.
        self._resolvers = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")

    def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        seconds: float,
        *,
        enough: Enough = lambda heard: False,
    ) -> Heard:
        """Asks once and returns what was heard in time; no status means that nothing was.

        Raises NotReached.
        """
        # A time-out of the client counts silence. Only a loop can end a server that sends a byte a
        # second.
        return asyncio.run(self._ask(_Request(method, url, headers, content, enough), seconds))

    async def _ask(self, request: "_Request", seconds: float) -> Heard:
        heard = Heard()
        try:
            async with asyncio.timeout(seconds):
                await self._exchange(request, seconds, heard, reached := asyncio.Event())
        except AddressRefused as error:
            raise NotReached(error.reason) from error
        except (ConnectError, ConnectTimeout, InvalidURL) as error:
            raise NotReached("not_connected") from error
        except TimeoutError as error:
            if not reached.is_set():
                raise NotReached("no_address") from error
            heard.timed_out = True
        except HTTPError as error:
            # It broke off; what was heard before may still decide.
            heard.timed_out = isinstance(error, TimeoutException)
        return heard

    async def _exchange(
        self, request: "_Request", seconds: float, heard: Heard, reached: asyncio.Event
    ) -> None:
        find = partial(pinned, request.url, self._allow_private)
        target = await asyncio.get_running_loop().run_in_executor(self._resolvers, find)
        reached.set()
        headers = {**request.headers, **target.headers, "Accept-Encoding": "identity"}
        client = AsyncClient(
            verify=self._tls,
            timeout=Timeout(seconds, connect=CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
        )
        async with (
            client,
            client.stream(
                request.method,
                target.url,
                headers=headers,
                content=request.content,
                extensions=dict(target.extensions),
            ) as answer,
        ):
            heard.status = answer.status_code
            heard.headers = dict(answer.headers)
            async for piece in answer.aiter_raw():
                heard.body += piece
                if len(heard.body) > MAX_ANSWER_BYTES:
                    return
                if request.enough(heard):
                    break
            heard.whole = True


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    enough: Enough = field(repr=False)
