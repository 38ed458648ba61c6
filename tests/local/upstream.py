"""What stands behind a gateway in its tests: a handler whose answers are streamed."""

from collections.abc import AsyncIterator, Callable

import httpx2

Handler = Callable[[httpx2.Request], httpx2.Response]


class Upstream(httpx2.AsyncBaseTransport):
    """Answers as the handler says, piece by piece as a server would."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One answer whose body has not been read."""
        answer = self._handler(request)
        return httpx2.Response(
            answer.status_code, headers=answer.headers, content=_pieces(answer.content)
        )


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
