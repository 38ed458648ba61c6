"""The API function's edge: routes by the table of operations, and one manner for every answer."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from pydantic import BaseModel

from helpdesk import telemetry
from helpdesk.edge.access import Access
from helpdesk.edge.cors import CORS_HEADERS
from helpdesk.edge.idempotency import keyed_request
from helpdesk.edge.operations import Call, Json, Operation, Run, Services
from helpdesk.edge.problems import (
    REQUEST_ID_HEADER,
    internal_error,
    problem,
    problem_headers,
    request_id,
)
from helpdesk.edge.proxy_event import ProxyEvent
from helpdesk.edge.requests import read_body, read_query
from helpdesk.errors import HelpdeskError, MethodNotAllowed, NotFound
from helpdesk.ports import Replies


class Api:
    """Answers API Gateway's proxy events."""

    def __init__(
        self,
        operations: Sequence[Operation],
        services: Services,
        access: Access,
        replies: Callable[[], Replies],
    ) -> None:
        self._operations = operations
        self._services = services
        self._access = access
        self._replies = replies
        self._app = APIGatewayRestResolver()
        for operation in operations:
            if run := operation.run:
                rule = operation.path.replace("{", "<").replace("}", ">")
                endpoint = self._endpoint(operation, run)
                self._app.route(rule, method=operation.method)(endpoint)
        self._app.not_found(self._nothing_there)

    def answer(self, event: Json, context: Any) -> Json:
        """The proxy answer to a proxy event; whatever happens, it is one of ours."""
        started = time.monotonic()
        request = request_id(ProxyEvent(event).header(REQUEST_ID_HEADER))
        try:
            answer = self._app.resolve(event, context)
        except HelpdeskError as error:
            if error.status >= 500:
                telemetry.log_crash(error.__cause__ or error, request=request, code=error.code)
            answer = _refusal(error, request)
        except Exception as error:  # noqa: BLE001 - the edge: nothing of it may reach the caller
            telemetry.log_crash(error, request=request)
            answer = _refusal(internal_error(), request)
        for name, value in {**CORS_HEADERS, REQUEST_ID_HEADER: request}.items():
            answer["multiValueHeaders"][name] = [value]
        self._log(event, request, answer["statusCode"], time.monotonic() - started)
        return answer

    def _endpoint(self, operation: Operation, run: Run) -> Callable[..., Response[str]]:
        def endpoint(**path: str) -> Response[str]:
            event = ProxyEvent(self._app.current_event.raw_event)
            call = self._call(operation, event, path)
            keyed = keyed_request(operation, call, event)
            if keyed is None:
                return _response(operation, self._body(run, call))
            reply = self._replies().once(keyed, lambda: self._body(run, call))
            return _response(operation, reply.body, repeated=reply.repeated)

        return endpoint

    def _call(self, operation: Operation, event: ProxyEvent, path: Mapping[str, str]) -> Call:
        authorization, content_type = event.header("Authorization"), event.header("Content-Type")
        return Call(
            principal=self._access.grant(operation, event.request_context, authorization),
            path=path,
            body=read_body(operation.body, event.body, content_type) if operation.body else None,
            query=read_query(operation.query, event.query) if operation.query else None,
            origin=event.header("Origin"),
            idempotency_key=event.header("Idempotency-Key"),
        )

    def _body(self, run: Run, call: Call) -> Json:
        answer = run(self._services, call)
        return answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer or {}

    def _nothing_there(self, _: Exception) -> Response[str]:
        event = self._app.current_event
        allowed = [each.method for each in self._operations if each.matches(event.path)]
        if allowed and event.http_method not in allowed:
            raise MethodNotAllowed(allowed)
        raise NotFound("There is nothing at this path.")

    def _log(self, event: Json, request: str, status: int, seconds: float) -> None:
        method, path = event.get("httpMethod", ""), event.get("path", "")
        route = next((each.path for each in self._operations if each.matches(path)), "unknown")
        verdict = ProxyEvent(event).request_context.get("authorizer") or {}
        telemetry.log(
            "request_answered",
            request=request,
            tenant=verdict.get("tenant"),
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000),
        )


def _response(
    operation: Operation, body: Mapping[str, Any], *, repeated: bool = False
) -> Response[str]:
    headers: dict[str, str | list[str]] = {"Idempotency-Replayed": "true"} if repeated else {}
    if operation.status == 204:
        return Response(204, body="", headers=headers)
    return Response(operation.status, "application/json", _json(body), headers)


def _refusal(error: HelpdeskError, request: str) -> Json:
    headers = problem_headers(error, request)
    return {
        "statusCode": error.status,
        "body": _json(problem(error, request)),
        "isBase64Encoded": False,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
    }


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
