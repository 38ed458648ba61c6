"""The routes: who answers, who may pass, and how API Gateway refuses."""

import json
from collections.abc import Iterator
from typing import Any

from helpdesk.edge.routes import OPERATIONS
from helpdesk.errors import HelpdeskError
from helpdesk.identity import Scope
from tests.infra.synthesis import Synthesised

CHAT = {
    "POST /v1/chat",
    "POST /v1/chat/completions",
    "GET /v1/conversations/{conversation_id}/turns/{turn_id}/events",
}
OPEN = {"GET /v1/health", "GET /v1/openapi.json", "POST /v1/tenants"}


def test_routes(stage: Synthesised) -> None:
    assert set(_routes(stage)) == CHAT | OPEN | {"ANY /v1/{proxy+}"}


def test_the_product_knows_the_same_routes(prod: Synthesised) -> None:
    streamed = {f"{each.method} {each.path}" for each in OPERATIONS if each.run is None}
    known_to_all = {
        f"{each.method} {each.path}" for each in OPERATIONS if each.scope in {None, Scope.SIGN_UP}
    }
    assert streamed == CHAT
    assert known_to_all == OPEN


def test_only_these_routes_need_no_key(stage: Synthesised) -> None:
    routes = _routes(stage)
    assert {route for route in routes if routes[route]["AuthorizationType"] == "NONE"} == OPEN
    authorizers = {routes[route]["AuthorizerId"]["Ref"] for route in set(routes) - OPEN}
    assert len(authorizers) == 1


def test_chat_is_streamed_on_aws(aws_stage: Synthesised) -> None:
    for route, method in _routes(aws_stage).items():
        integration = method["Integration"]
        assert (integration.get("ResponseTransferMode") == "STREAM") == (route in CHAT)
        if route in CHAT:
            assert integration["TimeoutInMillis"] == 150_000
            assert "response-streaming-invocations" in json.dumps(integration["Uri"])


def test_the_emulator_is_not_asked_to_stream(local: Synthesised) -> None:
    for method in _routes(local).values():
        assert "ResponseTransferMode" not in method["Integration"]


def test_a_revoked_key_stops_within_a_minute(stage: Synthesised) -> None:
    (authorizer,) = stage.properties("AWS::ApiGateway::Authorizer")
    assert authorizer["AuthorizerResultTtlInSeconds"] == 60
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"


def test_refusals_are_problems(stage: Synthesised) -> None:
    responses = stage.properties("AWS::ApiGateway::GatewayResponse")
    assert {each["ResponseType"] for each in responses} >= {"DEFAULT_4XX", "DEFAULT_5XX"}
    for response in responses:
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        assert str(problem["status"]) == response["StatusCode"]
        assert problem["type"] == f"urn:helpdesk:problem:{problem['code']}"
        headers = response["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"
        assert headers["gatewayresponse.header.X-Request-Id"] == "context.requestId"


def test_api_gateway_refuses_in_the_words_of_the_product(stage: Synthesised) -> None:
    known = {error.code: error for error in _errors(HelpdeskError)}
    for response in stage.properties("AWS::ApiGateway::GatewayResponse"):
        problem = json.loads(response["ResponseTemplates"]["application/json"])
        error = known[problem["code"]]
        assert (problem["title"], problem["status"]) == (error.title, error.status)


def test_the_api_is_regional_and_throttled(aws_stage: Synthesised) -> None:
    (api,) = aws_stage.properties("AWS::ApiGateway::RestApi")
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    (deployed,) = aws_stage.properties("AWS::ApiGateway::Stage")
    (everything,) = deployed["MethodSettings"]
    assert everything["ThrottlingRateLimit"] > 0
    assert everything["LoggingLevel"] == "ERROR"
    assert everything["DataTraceEnabled"] is False
    assert "$context.identity" not in deployed["AccessLogSetting"]["Format"]


def test_a_page_of_any_site_may_ask_with_a_key(stage: Synthesised) -> None:
    """Sessions are behind the proxy: a browser asks there before it sends its key."""
    for path in ("{proxy+}", "chat", "events"):
        (preflight,) = (
            method["Integration"]["IntegrationResponses"][0]["ResponseParameters"]
            for method in stage.properties("AWS::ApiGateway::Method")
            if method["HttpMethod"] == "OPTIONS" and _part(stage, method) == path
        )
        allowed = {name.rsplit(".", 1)[1]: value for name, value in preflight.items()}
        assert allowed["Access-Control-Allow-Origin"] == "'*'"
        assert "POST" in allowed["Access-Control-Allow-Methods"]
        sent = set(allowed["Access-Control-Allow-Headers"].strip("'").split(","))
        assert sent >= {"Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"}


def _part(stage: Synthesised, method: Any) -> str | None:
    resource = stage.service["Resources"].get(method["ResourceId"].get("Ref"), {})
    part: str | None = resource.get("Properties", {}).get("PathPart")
    return part


def _errors(kind: type[HelpdeskError]) -> Iterator[type[HelpdeskError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _errors(narrower)


def _routes(stage: Synthesised) -> dict[str, Any]:
    resources = stage.service["Resources"]

    def path(reference: dict[str, Any]) -> str:
        if "Fn::GetAtt" in reference:  # the API's root
            return ""
        resource = resources[reference["Ref"]]["Properties"]
        return f"{path(resource['ParentId'])}/{resource['PathPart']}"

    return {
        f"{method['HttpMethod']} {path(method['ResourceId'])}": method
        for method in stage.properties("AWS::ApiGateway::Method")
        if method["HttpMethod"] != "OPTIONS"
    }
