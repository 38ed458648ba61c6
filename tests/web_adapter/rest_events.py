"""Events of an API Gateway REST API, as its proxy integration sends them."""

import json
from collections.abc import Mapping
from typing import Any

STAGE, DOMAIN = "live", "abc123.execute-api.eu-west-1.amazonaws.com"


def rest_event(
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    domain: str = DOMAIN,
    public_path: str | None = None,
) -> dict[str, Any]:
    """A request. ``public_path`` is what the caller asked for, by default with the stage."""
    sent = {"Host": domain, "Accept": "*/*", **(headers or {})}
    if body is not None:
        sent["Content-Type"] = "application/json"
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abc123",
            "authorizer": {"principalId": "ten_1", "integrationLatency": 7},
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "curl/8"},
            "path": public_path or f"/{STAGE}{path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTime": "24/Nov/2026:09:30:00 +0000",
            "requestTimeEpoch": 1795512600000,
            "resourceId": "123456",
            "resourcePath": path,
            "stage": STAGE,
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
