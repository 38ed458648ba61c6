"""What API Gateway gets from chat by way of the real Lambda Web Adapter."""

import json
from typing import Any

import pytest

from tests.web_adapter.conftest import Started
from tests.web_adapter.dictation import SECRET
from tests.web_adapter.environment import FUNCTION, ExecutionEnvironment
from tests.web_adapter.rest_events import STAGE, rest_event
from tests.web_adapter.runtime_api import Ended, Invocation

MESSAGE = {"message": "How long does a parcel take?"}
BEARER = {"Authorization": f"Bearer {SECRET}"}
QUESTION = rest_event("POST", "/v1/chat", headers=BEARER, body=MESSAGE)


def answered(environment: ExecutionEnvironment, event: dict[str, Any], *pieces: str) -> Invocation:
    invocation = environment.api.invoke(event)
    with environment.dictation.answer() as model:
        for piece in pieces:
            model.say(piece)
    return invocation


def test_an_answer_has_the_wire_format_of_a_streamed_response(shared: ExecutionEnvironment) -> None:
    invocation = answered(shared, QUESTION, "Two days.")
    began = invocation.began()
    assert began.what == "response"
    assert began.headers["lambda-runtime-function-response-mode"] == "streaming"
    assert began.headers["transfer-encoding"] == "chunked"
    content_type = "application/vnd.awslambda.http-integration-response"
    assert began.headers["content-type"] == content_type
    prelude = invocation.prelude()
    assert prelude["statusCode"] == 200
    assert prelude["headers"]["content-type"] == "text/event-stream; charset=utf-8"
    assert prelude["headers"]["cache-control"] == "no-cache, no-transform"
    assert prelude["headers"]["x-request-id"].startswith("req_")
    assert "transfer-encoding" not in prelude["headers"]
    body, ended = invocation.rest()
    assert ended == Ended(whole=True)
    events = [line.removeprefix("event: ") for line in body.splitlines() if line[:6] == "event:"]
    assert events == ["start", "sources", "delta", "done"]


def test_each_delta_leaves_before_the_model_has_said_the_next(shared: ExecutionEnvironment) -> None:
    invocation = shared.api.invoke(QUESTION)
    assert invocation.began().what == "response"
    with shared.dictation.answer() as model:
        assert invocation.prelude()["statusCode"] == 200
        invocation.until("event: sources\n")
        for piece in ("Two ", "days, ", "or three"):
            model.say(piece)
            invocation.until(f'event: delta\ndata: {{"text":"{piece}"}}\n\n')
            assert invocation.unread() == ""
        model.say(".")
    assert "event: done\n" in invocation.until("\n\n") + invocation.rest()[0]


def test_an_answer_that_is_not_streamed_passes_too(shared: ExecutionEnvironment) -> None:
    whole = rest_event("POST", "/v1/chat", headers=BEARER, body={**MESSAGE, "stream": False})
    invocation = answered(shared, whole, "Two days.")
    assert invocation.began().what == "response"
    assert invocation.prelude()["headers"]["content-type"] == "application/json"
    assert json.loads(invocation.rest()[0])["answer"] == "Two days."


@pytest.mark.parametrize(
    ("status", "code", "headers", "body"),
    [
        (401, "unauthenticated", {}, MESSAGE),
        (401, "unauthenticated", {"Authorization": "Bearer hd_sk_wrong"}, MESSAGE),
        (422, "validation_failed", BEARER, {"message": ""}),
    ],
)
def test_a_refusal_comes_with_its_own_status(
    shared: ExecutionEnvironment,
    status: int,
    code: str,
    headers: dict[str, str],
    body: dict[str, Any],
) -> None:
    invocation = shared.api.invoke(rest_event("POST", "/v1/chat", headers=headers, body=body))
    assert invocation.began().what == "response"
    prelude = invocation.prelude()
    assert prelude["statusCode"] == status
    assert prelude["headers"]["content-type"] == "application/problem+json"
    problem, ended = invocation.rest()
    assert ended.whole
    assert json.loads(problem)["code"] == code
    assert json.loads(problem)["request_id"] == prelude["headers"]["x-request-id"]


@pytest.mark.parametrize(
    ("domain", "public_path"),
    [
        ("abc123.execute-api.eu-west-1.amazonaws.com", f"/{STAGE}/v1/health"),
        ("api.helpdesk.example", "/v1/health"),
    ],
)
def test_the_name_of_the_stage_does_not_reach_the_app(
    shared: ExecutionEnvironment, domain: str, public_path: str
) -> None:
    event = rest_event("GET", "/v1/health", domain=domain, public_path=public_path)
    invocation = shared.api.invoke(event)
    assert invocation.began().what == "response"
    assert invocation.prelude()["statusCode"] == 200
    assert invocation.rest()[0] == '{"status":"ok"}'


def test_the_adapter_registers_as_an_extension(shared: ExecutionEnvironment) -> None:
    assert shared.api.extensions == ["lambda-adapter"]


def test_the_folder_that_is_deployed_starts_and_answers(started: Started) -> None:
    with started(FUNCTION) as environment:
        environment.until_ready()
        invocation = environment.api.invoke(rest_event("GET", "/v1/health"))
        assert invocation.began().what == "response"
        assert invocation.prelude()["statusCode"] == 200
