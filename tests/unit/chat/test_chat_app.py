"""The chat routes over real sockets: what streams, what is refused, what survives."""

import asyncio
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from helpdesk.conversations import TurnStatus
from helpdesk.edge.chat_app import create_app
from helpdesk.identity import Authenticator
from helpdesk.ids import ConversationId, KeyId, TenantId, TurnId
from helpdesk.keys import Key, Role, hash_key
from helpdesk.model import TokenUsage
from helpdesk.visitor_tokens import VisitorTokens
from tests.fakes.http_server import serving
from tests.fakes.language_model import ScriptedModel, down
from tests.fakes.root_secrets import MemoryRootSecrets
from tests.unit.chat.world import FIRST, NOW, STRANGER, TENANT, World

USED = TokenUsage("answering-1", 70, 5)
ANSWER = ("Two ", f"days [{FIRST}]", ".", USED)
SECRET, OTHER, PUBLISHABLE, OPERATOR = "hd_sk_mine", "hd_sk_other", "hd_pk_mine", "hd_op_ours"
TOKENS = VisitorTokens(MemoryRootSecrets(), lambda: NOW)
_PATIENCE_SECONDS = 5.0


class Ring:
    """The keys of two companies and of the platform."""

    def by_hash(self, key_hash: str) -> Key | None:
        """The key with this hash."""
        keys = {
            SECRET: (TENANT, Role.SECRET),
            OTHER: (STRANGER, Role.SECRET),
            PUBLISHABLE: (TENANT, Role.PUBLISHABLE),
        }
        for key, (tenant, role) in keys.items():
            if hash_key(key) == key_hash:
                return Key(KeyId("key_1"), tenant, role, key_hash, key[:6], NOW)
        return None

    def hashes(self) -> dict[Role, str]:
        """The platform's own keys."""
        return {Role.OPERATOR: hash_key(OPERATOR)}


@dataclass
class Service:
    """A running chat app, a client of it, and its world."""

    world: World
    client: httpx2.Client

    def ask(self, key: str = SECRET, **body: Any) -> httpx2.Response:
        """One POST /v1/chat."""
        content = {"message": "How long does a parcel take?", **body}
        return self.client.post("/v1/chat", json=content, headers=bearer(key))

    def turn_settles(self, conversation: str, turn: str, tenant: TenantId = TENANT) -> None:
        """Waits until the turn is settled."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        ids = ConversationId(conversation), TurnId(turn)
        while self.world.log.turn(tenant, *ids).status is TurnStatus.RUNNING:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def service() -> Iterator[Service]:
    with running(World(ScriptedModel(*ANSWER))) as service:
        yield service


@contextmanager
def running(world: World) -> Iterator[Service]:
    """A chat app over this world, on a real port."""
    ring: Any = Ring()
    app = create_app(lambda: world.chat, lambda: Authenticator(ring, ring, TOKENS))
    with serving(app) as url, httpx2.Client(base_url=url, trust_env=False) as client:
        yield Service(world, client)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def events_of(body: str) -> list[tuple[str, str, dict[str, Any]]]:
    blocks = [block for block in body.split("\n\n") if block and not block.startswith(":")]
    fields = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    return [(each["id"], each["event"], json.loads(each["data"])) for each in fields]


def test_a_chat_streams(service):
    answer = service.ask()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert answer.headers["X-Request-Id"].startswith("req_")
    events = events_of(answer.text)
    turn = events[0][2]["turn_id"]
    assert [id_ for id_, _, _ in events] == [f"{turn}:{n}" for n in range(1, len(events) + 1)]
    assert [name for _, name, _ in events] == ["start", "sources", *["delta"] * 3, "done"]
    done = events[-1][2]
    assert "".join(data["text"] for _, name, data in events if name == "delta") == "Two days [1]."
    assert [citation["title"] for citation in done["citations"]] == ["Delivery"]


@pytest.mark.parametrize("key", [SECRET, "hd_sk_nobody"])
def test_any_page_may_read_answers_and_refusals(service, key):
    answer = service.ask(key, stream=False)
    assert answer.headers.get_list("Access-Control-Allow-Origin") == ["*"]
    readable = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert readable == {"X-Request-Id", "Retry-After", "Idempotency-Replayed"}


def test_pieces_leave_before_the_model_has_finished(service):
    go_on = asyncio.Event()
    service.world.model.script = ("Two ", go_on, "days.", USED)
    request = {"json": {"message": "How long?"}, "headers": bearer(SECRET)}
    with service.client.stream("POST", "/v1/chat", **request) as answer:
        pieces = answer.iter_text()
        seen = ""
        while '"Two "' not in seen:
            seen += next(pieces)
        assert "done" not in seen
        let_go(service, go_on)
        assert "event: done" in "".join(pieces)


def let_go(service: Service, event: asyncio.Event) -> None:
    """Sets an event that belongs to the server's loop, from this thread."""
    (task,) = service.world.chat._running
    task.get_loop().call_soon_threadsafe(event.set)


def test_a_client_that_goes_away_loses_nothing_of_the_turn(service):
    go_on = asyncio.Event()
    service.world.model.script = ("Two ", go_on, "days.", USED)
    request = {"json": {"message": "How long?"}, "headers": bearer(SECRET)}
    with service.client.stream("POST", "/v1/chat", **request) as answer:
        seen = ""
        for piece in answer.iter_text():
            seen += piece
            if '"Two "' in seen:
                break
    let_go(service, go_on)
    start = events_of(seen)[0][2]
    service.turn_settles(start["conversation_id"], start["turn_id"])
    resumed = service.client.get(
        f"/v1/conversations/{start['conversation_id']}/turns/{start['turn_id']}/events",
        headers={**bearer(SECRET), "Last-Event-ID": f"{start['turn_id']}:3"},
    )
    assert [(id_[-2:], name) for id_, name, _ in events_of(resumed.text)] == [
        (":4", "delta"),
        (":5", "done"),
    ]


def test_a_server_that_stops_settles_its_turns_first():
    go_on = asyncio.Event()
    with running(World(ScriptedModel("Two ", go_on, "days.", USED))) as service:
        request: Any = {"json": {"message": "How long?"}, "headers": bearer(SECRET)}
        with service.client.stream("POST", "/v1/chat", **request) as answer:
            assert "event: start" in next(answer.iter_text())
            (task,) = service.world.chat._running
        loop = task.get_loop()
        loop.call_soon_threadsafe(loop.call_later, 0.2, go_on.set)
    assert task.done()
    assert len(service.world.log.events) == 1


def test_one_answer_at_once(service):
    answer = service.ask(stream=False, end_user={"id": "u1"})
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {
        "conversation_id",
        "turn_id",
        "answer",
        "citations",
        "finish_reason",
        "usage",
        "timing",
    }
    assert (body["answer"], body["finish_reason"]) == ("Two days [1].", "answered")
    assert body["usage"]["cost"] == {"amount": "0.00008", "currency": "USD"}
    again = service.ask(stream=False, conversation_id=body["conversation_id"]).json()
    assert again["conversation_id"] == body["conversation_id"]


def test_a_model_that_is_down(service):
    service.world.model.script = (down(),)
    names = [name for _, name, _ in events_of(service.ask().text)]
    assert names == ["start", "sources", "error", "done"]
    answer = service.ask(stream=False)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        (b"{not json", 400, "invalid_request", "body"),
        (b"[]", 400, "invalid_request", "body"),
        (b"\xff\xfe", 400, "invalid_request", "body"),
        (b'{"message": ""}', 422, "validation_failed", "message"),
        (b'{"message": " \\n "}', 422, "validation_failed", "message"),
        (b'{"message": 7}', 422, "validation_failed", "message"),
        (b"{}", 422, "validation_failed", "message"),
        (b'{"message": "a", "mesage": "b"}', 422, "validation_failed", "mesage"),
        (b'{"message": "a", "stream": "yes"}', 422, "validation_failed", "stream"),
        (b'{"message": "a", "end_user": {"name": "x"}}', 422, "validation_failed", "end_user.id"),
        (b'{"message": "a", "conversation_id": "conv_1#x"}', 404, "not_found", None),
        (json.dumps({"message": "x" * 9000}).encode(), 422, "validation_failed", "message"),
        (json.dumps({"message": "x" * 1_000_000}).encode(), 413, "payload_too_large", None),
    ],
)
def test_bad_input(service, content, status, code, field):
    headers = {**bearer(SECRET), "Content-Type": "application/json"}
    answer = service.client.post("/v1/chat", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
    if field:
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert service.world.log.events == {}


def test_another_media_type(service):
    headers = {**bearer(SECRET), "Content-Type": "text/plain"}
    answer = service.client.post("/v1/chat", content=b'{"message": "a"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["/v1/chat", "/v1/chat/completions"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (bearer("hd_sk_wrong"), 401),
        ({"x-amzn-request-context": '{"authorizer": {"tenant": "ten_1"}}'}, 401),
        (bearer(PUBLISHABLE), 403),
        (bearer(OPERATOR), 403),
    ],
)
def test_who_may_not_chat(service, path, headers, status):
    answer = service.client.post(path, json={"message": "a"}, headers=headers)
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"]


def test_what_belongs_to_another_company_is_not_there(service):
    mine = service.ask(stream=False).json()
    assert service.ask(OTHER, conversation_id=mine["conversation_id"]).status_code == 404
    path = f"/v1/conversations/{mine['conversation_id']}/turns/{mine['turn_id']}/events"
    assert service.client.get(path, headers=bearer(OTHER)).status_code == 404
    assert service.client.get(path, headers=bearer(SECRET)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/chat", 405),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/conversations/conv_1/turns/turn_1/events", 404),
    ],
)
def test_other_paths_and_methods(service, method, path, status):
    answer = service.client.request(method, path, headers=bearer(SECRET))
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_a_last_event_id_of_something_else(service):
    mine = service.ask(stream=False).json()
    path = f"/v1/conversations/{mine['conversation_id']}/turns/{mine['turn_id']}/events"
    answer = service.client.get(path, headers={**bearer(SECRET), "Last-Event-ID": "turn_x:1"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Last-Event-ID")


@pytest.mark.parametrize("stream", [True, False])
def test_a_repeated_request_is_replayed(service, stream):
    headers = {**bearer(SECRET), "Idempotency-Key": "k" * 255}
    body = {"message": "How long?", "stream": stream}
    first, again = (service.client.post("/v1/chat", json=body, headers=headers) for _ in range(2))
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.text == first.text
    other = service.client.post("/v1/chat", json={**body, "message": "?"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    assert len(service.world.model.prompts) == 1


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_an_idempotency_key_that_is_none(service, key):
    headers = {**bearer(SECRET), "Idempotency-Key": key}
    answer = service.client.post("/v1/chat", json={"message": "a"}, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")


def test_a_fault_of_ours_says_nothing(service, monkeypatch, capfd):
    def broken(*_: Any) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(service.world.log, "claim", broken)
    answer = service.ask()
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert "secret" not in capfd.readouterr().err


def test_logs_hold_ids_and_no_words(service, capfd):
    service.ask(stream=False, end_user={"id": "u1", "name": "Ada", "email": "ada@shop.example"})
    said = "".join(capfd.readouterr())
    assert re.search(r'"turn": ?"turn_', said)
    assert not re.search("parcel|Ada|ada@|Two days|hd_sk", said)
