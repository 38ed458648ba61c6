"""Webhooks over HTTP: one POST with a deadline, to a checked address, without redirects."""

from collections.abc import Mapping
from datetime import datetime

from helpdesk.adapters.outbound_http import NotReached, OutboundHTTP
from helpdesk.webhooks import Attempt

TOTAL_SECONDS = 10.0
"""From the resolver to the end of the answer. A receiver is to note an event and work later."""


class HTTPWebhookSender:
    """Posts to receivers. A redirect is an answer like any other: it is not followed."""

    def __init__(self, http: OutboundHTTP, total_seconds: float = TOTAL_SECONDS) -> None:
        self._http = http
        self._total_seconds = total_seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        """Posts once; whatever goes wrong is the attempt's problem."""
        try:
            heard = self._http.ask("POST", url, headers, body, self._total_seconds)
        except NotReached as error:
            return Attempt(now, problem=error.reason)
        # The status decides, however the rest of the answer goes.
        if heard.status is not None:
            return Attempt(now, status=heard.status)
        return Attempt(now, problem="timeout" if heard.timed_out else "broken_off")
