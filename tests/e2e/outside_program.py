"""A program outside this repository: it knows docs/api.md's contract and an HTTP client."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import httpx2

_PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Streamed:
    """A streamed answer: the events' names, ids and data in their order, and when each came."""

    events: list[tuple[str, str, dict[str, Any]]]
    arrivals: list[float]

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.events]

    @property
    def text(self) -> str:
        return "".join(data["text"] for name, _, data in self.events if name == "delta")

    def data(self, name: str) -> dict[str, Any]:
        return next(data for found, _, data in self.events if found == name)


class Tenant:
    """A signed-up company, by its secret key."""

    def __init__(self, base_url: str, name: str, plan: str = "standard") -> None:
        self.base_url = base_url
        signed_up = httpx2.post(
            f"{base_url}/v1/tenants",
            json={"name": name, "email": f"it@{name.lower()}.example", "plan": plan},
            timeout=30,
        )
        assert signed_up.status_code == 201, signed_up.text
        body = signed_up.json()
        self.id: str = body["tenant"]["id"]
        self.secret: str = body["keys"]["secret"]
        self.publishable: str = body["keys"]["publishable"]
        self.http = httpx2.Client(
            base_url=base_url, headers={"Authorization": f"Bearer {self.secret}"}, timeout=60
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def upload(self, name: str, content_type: str, content: bytes, **more: Any) -> dict[str, Any]:
        """Creates a document, sends its bytes, and returns it when it is ready or failed."""
        size = more.pop("size_bytes", len(content))
        body = {"filename": name, "content_type": content_type, "size_bytes": size, **more}
        created = self.http.post("/v1/documents", json=body)
        assert created.status_code == 201, created.text
        upload = created.json()["upload"]
        sent = httpx2.request(
            upload["method"], upload["url"], headers=upload["headers"], content=content, timeout=60
        )
        assert sent.is_success, sent.text
        return self.settled(created.json()["document"]["id"])

    def settled(self, document: str) -> dict[str, Any]:
        """A document, when it is ready or failed."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found: dict[str, Any] = self.http.get(f"/v1/documents/{document}").json()
            if found["status"] in ("ready", "failed"):
                return found
            assert time.monotonic() < deadline, found
            time.sleep(_POLL_SECONDS)

    def search(self, query: str) -> list[dict[str, Any]]:
        """What retrieval finds."""
        found = self.http.post("/v1/search", json={"query": query})
        assert found.status_code == 200, found.text
        items: list[dict[str, Any]] = found.json()["items"]
        return items

    def ask(self, message: str, **more: Any) -> Streamed:
        """Asks, and reads the stream to its end."""
        body = {"message": message, **more}
        with self.http.stream("POST", "/v1/chat", json=body) as answer:
            assert answer.status_code == 200, answer.read()
            return _read(answer)

    def resume(self, conversation: str, turn: str, after: str) -> Streamed:
        """The rest of a turn's events."""
        path = f"/v1/conversations/{conversation}/turns/{turn}/events"
        with self.http.stream("GET", path, headers={"Last-Event-ID": after}) as answer:
            assert answer.status_code == 200, answer.read()
            return _read(answer)


def _read(answer: httpx2.Response) -> Streamed:
    events, arrivals = [], []
    for event in _events(answer):
        events.append((event.event, event.id or "", json.loads(event.data)))
        arrivals.append(time.monotonic())
    return Streamed(events, arrivals)


def _events(answer: httpx2.Response) -> Iterator[httpx2.ServerSentEvent]:
    yield from httpx2.EventSource(answer)
