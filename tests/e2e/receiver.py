"""A receiver of webhooks on this machine."""

import json
import time

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

_PATIENCE_SECONDS = 60.0


class Receiver:
    """Keeps what it is told, as it arrived."""

    url: str

    def __init__(self):
        self.received = []
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])

    async def _take(self, request):
        self.received.append((dict(request.headers), await request.body()))
        return Response(status_code=204)

    def events(self, type_, count):
        """The first so many events of a type, waited for."""
        ends = time.monotonic() + _PATIENCE_SECONDS
        while len(found := self._of_type(type_)) < count:
            assert time.monotonic() < ends, self.received
            time.sleep(0.1)
        return found

    def _of_type(self, type_):
        return [
            json.loads(body)
            for headers, body in self.received
            if headers["x-helpdesk-event"] == type_
        ]
