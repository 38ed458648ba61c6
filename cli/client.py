"""The HTTP API as the CLI calls it: JSON in and out, one exception for problems, event streams."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

import httpx2
from tenacity import (
    retry,
    retry_if_exception,
    stop_after_delay,
    wait_exception,
    wait_random,
)

from cli.settings import Connection, Role, connection

Json = dict[str, Any]

_TIMEOUT = httpx2.Timeout(60.0, connect=5.0)
_PATIENCE_SECONDS = 60.0


class Problem(Exception):
    """The service refused: what it said, and the request id to quote."""

    def __init__(
        self, status: int, body: Mapping[str, Any], retry_after_seconds: float = 0.0
    ) -> None:
        super().__init__(str(body.get("detail") or body.get("title") or f"HTTP {status}"))
        self.denied = status in (401, 403)
        self.passing = status in (429, 503)
        self.body = dict(body)
        self.retry_after_seconds = retry_after_seconds


class Unreachable(Exception):
    """Nobody answers at the base URL."""


# Repeats what the service was too busy for, for a while. Safe: a POST has its idempotency key.
_patiently = retry(
    retry=retry_if_exception(lambda error: isinstance(error, Problem) and error.passing),
    wait=wait_exception(lambda error: getattr(error, "retry_after_seconds", 0.0))
    + wait_random(0.0, 1.0),
    stop=stop_after_delay(_PATIENCE_SECONDS),
    reraise=True,
)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a streamed answer."""

    id: str
    name: str
    data: Json


class Client:
    """A connection to the service, kept alive over calls. Raises Problem and Unreachable."""

    def __init__(
        self, connection: Connection, transport: httpx2.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {connection.key}"} if connection.key else {}
        self.url = connection.url
        self._http = httpx2.Client(
            base_url=connection.url, headers=headers, timeout=_TIMEOUT, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Json:
        """A resource."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._json("GET", path, params=given)

    def post(self, path: str, body: Json) -> Json:
        """Creates or acts, with an idempotency key of its own."""
        return self._json("POST", path, json=body, headers=_new_key())

    def put(self, path: str, body: Json) -> Json:
        """Writes a resource whole; doing it again changes nothing."""
        return self._json("PUT", path, json=body)

    def delete(self, path: str) -> None:
        """Deletes a resource."""
        self._json("DELETE", path)

    def items(self, path: str, **query: Any) -> Iterator[Json]:
        """All items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit=100, cursor=cursor, **query)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def send(self, upload: Json, content: bytes) -> None:
        """Sends a document's bytes straight to where the upload says."""
        with _reaching(upload["url"]):
            answer = httpx2.request(
                upload["method"],
                upload["url"],
                headers=upload["headers"],
                content=content,
                timeout=_TIMEOUT,
            )
        # 412: these bytes are there already, and the answer to an earlier try was lost.
        if answer.is_error and answer.status_code != httpx2.codes.PRECONDITION_FAILED:
            raise Problem(answer.status_code, {"detail": "The storage did not take the file."})

    def download(self, url: str) -> Iterator[bytes]:
        """The bytes behind a link, piece by piece; our key is not sent there."""
        with _reaching(url), httpx2.stream("GET", url, timeout=_TIMEOUT) as answer:
            if answer.is_error:
                raise Problem(answer.status_code, {"detail": "The storage did not give the file."})
            yield from answer.iter_bytes()

    def chat(self, body: Json) -> Iterator[Event]:
        """The events of a streamed answer, each as it arrives.

        A stream that breaks off is resumed, once, behind its last event.
        """
        seen: list[Event] = []
        try:
            for event in self._events("POST", "/v1/chat", json=body, headers=_new_key()):
                seen.append(event)
                yield event
        except Unreachable:
            if not seen:
                raise
            started, last = seen[0].data, seen[-1]
            turn = f"/v1/conversations/{started['conversation_id']}/turns/{started['turn_id']}"
            yield from self._events("GET", f"{turn}/events", headers={"Last-Event-ID": last.id})

    def _events(self, method: str, path: str, **options: Any) -> Iterator[Event]:
        with _reaching(self.url), self._http.stream(method, path, **options) as answer:
            if answer.is_error:
                answer.read()
                raise _problem(answer)
            for event in httpx2.EventSource(answer):
                yield Event(event.id or "", event.event, json.loads(event.data))

    @_patiently
    def _json(self, method: str, path: str, **options: Any) -> Json:
        with _reaching(self.url):
            answer = self._http.request(method, path, **options)
        if answer.is_error:
            raise _problem(answer)
        return answer.json() if answer.content else {}


def connected(role: Role = "tenant") -> Client:
    """A client of the service that the environment, the config file or this machine names."""
    return Client(connection(role))


class _reaching:  # noqa: N801 - reads as a word: with _reaching(url)
    """Turns the transport's errors into Unreachable."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: object
    ) -> None:
        if isinstance(error, httpx2.TransportError):
            raise Unreachable(f"No answer from {self._url} ({error or kind}).") from error


def _new_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def _problem(answer: httpx2.Response) -> Problem:
    try:
        body = answer.json()
    except ValueError:
        body = {}
    told = body if isinstance(body, dict) else {}
    retry_after = answer.headers.get("Retry-After", "0")
    return Problem(answer.status_code, told, float(retry_after) if retry_after.isdecimal() else 0.0)
