"""How the OpenSearch index meets a server that is late, overloaded or away, and what it sends.

What a real server makes of the requests is the contract suite's to say.
"""

import json
import threading
from collections import deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opensearchpy.exceptions import RequestError

from helpdesk.adapters.opensearch_index import OpenSearchPassageIndex, client, connect
from helpdesk.errors import Unavailable
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Passage

TENANT = TenantId("ten_1")
PASSAGES = [(Passage(DocumentId("doc_1"), 1, 0, "refunds"), (1.0, 0.0))]
NOTHING: dict[str, Any] = {"responses": [{"hits": {"hits": []}, "status": 200}] * 2}


class ScriptedServer(ThreadingHTTPServer):
    """Answers each request with the next of its answers, and keeps what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: deque[tuple[int, dict[str, Any]]] = deque()
        self.requests: list[tuple[str, list[Any]]] = []
        self.silent = threading.Event()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: ScriptedServer

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.requests.append((self.path, [json.loads(line) for line in sent.splitlines()]))
        if self.server.silent.is_set():
            self.server.released.wait(10)
        status, answer = self.server.answers.popleft()
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_PUT(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def index(server: ScriptedServer) -> Iterator[OpenSearchPassageIndex]:
    connection = connect(server.url, "es")
    yield OpenSearchPassageIndex(connection, dimensions=2)
    connection.close()


def find(index: OpenSearchPassageIndex) -> Any:
    return index.search(TENANT, "m1", "refunds", (1.0, 0.0), 5)


def test_one_search_is_one_request_and_every_query_in_it_is_the_tenants(server, index):
    server.answers.append((200, NOTHING))

    find(index)

    [(path, [_, by_words, _, by_meaning])] = server.requests
    assert path == "/passages/_msearch"
    tenants_own = {"term": {"tenant": TENANT}}
    assert tenants_own in by_words["query"]["bool"]["filter"]
    assert tenants_own in by_meaning["query"]["knn"]["vector"]["filter"]["bool"]["filter"]
    assert {"term": {"model": "m1"}} in by_meaning["query"]["knn"]["vector"]["filter"]["bool"][
        "filter"
    ]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_overloaded_server_is_unavailable(server, index, status):
    server.answers.extend([(status, {"error": "no"})] * 2)

    with pytest.raises(Unavailable):
        find(index)


def test_one_overloaded_half_of_a_search_is_unavailable(server, index):
    refused = {"error": {"type": "rejected_execution_exception"}, "status": 429}
    server.answers.append((200, {"responses": [NOTHING["responses"][0], refused]}))

    with pytest.raises(Unavailable):
        find(index)


def test_our_own_mistakes_are_not_taken_for_an_overloaded_server(server, index):
    refused = {"error": {"type": "parsing_exception"}, "status": 400}
    server.answers.append((200, {"responses": [refused, refused]}))

    with pytest.raises(RequestError):
        find(index)


def test_a_silent_server_is_unavailable_within_the_deadline(server, monkeypatch):
    monkeypatch.setitem(client.DEADLINE_SECONDS, "es", 0.1)
    server.silent.set()
    server.answers.append((200, NOTHING))
    connection = connect(server.url, "es")

    with pytest.raises(Unavailable):
        find(OpenSearchPassageIndex(connection, dimensions=2))

    assert len(server.requests) == 1
    connection.close()


def test_a_server_that_is_away_is_unavailable(server):
    url = server.url
    server.server_close()
    connection = connect(url, "es")

    with pytest.raises(Unavailable):
        find(OpenSearchPassageIndex(connection, dimensions=2))
    connection.close()


def bulk_answer(status: int, **error: object) -> dict[str, Any]:
    return {"errors": bool(error), "items": [{"index": {"status": status, **error}}]}


def test_the_index_is_made_once_and_one_that_is_there_already_is_fine(server, index):
    exists = {"error": {"type": "resource_already_exists_exception", "root_cause": []}}
    written = (200, bulk_answer(201))
    server.answers.extend([(400, exists), written, written])

    index.add(TENANT, "m1", PASSAGES)
    index.add(TENANT, "m1", PASSAGES)

    paths = [path.split("?")[0] for path, _ in server.requests]
    assert paths == ["/passages", "/passages/_bulk", "/passages/_bulk"]


def test_a_passage_is_stored_under_an_id_that_only_its_tenant_can_have(server, index):
    server.answers.extend([(200, {}), (200, bulk_answer(201))])

    index.add(TENANT, "m1", PASSAGES)

    _, [action, body] = server.requests[1]
    assert action == {"index": {"_id": "ten_1:doc_1:1:0"}}
    assert (body["id"], body["tenant"]) == ("doc_1:1:0", TENANT)


@pytest.mark.parametrize(("service", "waits"), [("es", True), ("aoss", False)])
def test_only_a_managed_domain_is_asked_to_wait_until_a_passage_can_be_found(
    server, service, waits
):
    server.answers.extend([(200, {}), (200, bulk_answer(201))])
    connection = connect(server.url, service)

    OpenSearchPassageIndex(connection, 2, service).add(TENANT, "m1", PASSAGES)

    assert ("refresh=wait_for" in server.requests[1][0]) is waits
    connection.close()


@pytest.mark.parametrize(
    ("status", "kind", "raised"),
    [
        (429, "rejected_execution_exception", Unavailable),
        (400, "mapper_parsing_exception", RequestError),
    ],
)
def test_a_passage_that_was_not_taken_fails_the_whole_batch(server, index, status, kind, raised):
    server.answers.extend([(200, {}), (200, bulk_answer(status, error={"type": kind}))])

    with pytest.raises(raised):
        index.add(TENANT, "m1", PASSAGES)


def test_requests_to_aws_are_signed_for_their_service_and_those_to_this_machine_are_not(
    monkeypatch,
):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    remote = connect("https://abc.eu-west-1.aoss.amazonaws.com", "aoss")
    local = connect("http://127.0.0.1:9200", "es")

    sign = remote.transport.kwargs["http_auth"]
    headers = sign("GET", "https://abc.eu-west-1.aoss.amazonaws.com/passages/_msearch", b"{}")

    assert "/eu-west-1/aoss/aws4_request" in headers["Authorization"]
    assert local.transport.kwargs["http_auth"] is None
    remote.close()
    local.close()
