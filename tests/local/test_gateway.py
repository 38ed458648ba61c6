"""The front's way to the emulator: what passes, what does not, and what is said of failures."""

import httpx2
import pytest

from helpdesk.edge.problems import PROBLEM_JSON
from local.gateway import MAX_BODY_BYTES, Gateway
from tests.local.upstream import Handler, Upstream

pytestmark = pytest.mark.anyio

API = "http://emulator/_aws/execute-api/abc/live"


async def _ask(upstream: Handler, method: str, path: str, **options) -> httpx2.Response:
    gateway = Gateway(API, Upstream(upstream))
    async with (
        gateway.open(),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(gateway), base_url="http://front"
        ) as client,
    ):
        return await client.request(method, path, **options)


def _problem_of(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == PROBLEM_JSON
    body = answer.json()
    assert body["request_id"] == answer.headers["X-Request-Id"]
    return answer.status_code, body["code"]


async def test_a_request_passes_as_it_is():
    seen = []

    def upstream(request):
        seen.append(request)
        return httpx2.Response(201, json={"id": "x"}, headers={"X-Request-Id": "req_product1"})

    answer = await _ask(
        upstream,
        "POST",
        "/v1/documents?a=1%202&b=ä",
        content=b"{}",
        headers={"Authorization": "Bearer k", "Idempotency-Key": "i", "X-Request-Id": "req_mine12"},
    )
    assert (answer.status_code, answer.json()) == (201, {"id": "x"})
    assert answer.headers["X-Request-Id"] == "req_product1"
    (passed,) = seen
    assert str(passed.url) == f"{API}/v1/documents?a=1%202&b=%C3%A4"
    assert passed.content == b"{}"
    assert passed.headers["Authorization"] == "Bearer k"
    assert passed.headers["Idempotency-Key"] == "i"
    assert passed.headers["X-Request-Id"] == "req_mine12"


@pytest.mark.parametrize(
    "forged",
    ["X-Amzn-Request-Context", "x-amz-target", "X-Amzn-Lambda-Context", "X-Amz-Security-Token"],
)
async def test_words_that_only_aws_says_do_not_pass(forged):
    def upstream(request):
        assert forged.lower() not in request.headers
        return httpx2.Response(200, json={})

    answer = await _ask(upstream, "GET", "/v1/tenant", headers={forged: "ten_other"})
    assert answer.status_code == 200


async def test_an_answer_without_content_has_no_length():
    """A browser's preflight: the emulator says 2 and sends nothing."""
    answer = await _ask(
        lambda _: httpx2.Response(204, headers={"Content-Length": "2", "X-A": "b"}),
        "OPTIONS",
        "/v1/sessions",
    )
    assert (answer.status_code, answer.headers["X-A"]) == (204, "b")
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/v2/x", "/_ministack/reset", "/v1/%2e%2e/%2e%2e/_ministack", "/v1/%2E/x"],
)
async def test_no_path_leads_out_of_the_api(path):
    def upstream(request):
        raise AssertionError(request.url)

    assert _problem_of(await _ask(upstream, "GET", path)) == (404, "not_found")


async def test_an_emulator_that_is_down_is_unavailable():
    def upstream(request):
        raise httpx2.ConnectError("refused")

    answer = await _ask(upstream, "GET", "/v1/tenant")
    assert _problem_of(answer) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, (401, "unauthenticated")),
        (403, (403, "forbidden")),
        (404, (404, "not_found")),
        (429, (429, "rate_limited")),
        (502, (500, "internal_error")),
        (504, (503, "unavailable")),
    ],
)
async def test_the_emulators_own_errors_are_worded_as_ours(status, expected):
    def upstream(_):
        return httpx2.Response(status, json={"message": "Traceback: secret"})

    answer = await _ask(upstream, "GET", "/v1/tenant")
    assert _problem_of(answer) == expected
    assert "secret" not in answer.text


async def test_a_problem_of_the_product_passes_as_it_is():
    def upstream(_):
        body = b'{"code": "conflict"}'
        return httpx2.Response(409, content=body, headers={"Content-Type": PROBLEM_JSON})

    answer = await _ask(upstream, "POST", "/v1/documents")
    assert (answer.status_code, answer.json()) == (409, {"code": "conflict"})


async def test_more_than_api_gateway_takes_is_refused():
    def upstream(_):
        raise AssertionError("must not be sent")

    answer = await _ask(upstream, "POST", "/v1/documents", content=b"x" * (MAX_BODY_BYTES + 1))
    assert _problem_of(answer) == (413, "payload_too_large")
