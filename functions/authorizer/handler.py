"""The authorizer function: who is asking, for every route that needs a key."""

from typing import Any

from helpdesk import telemetry, wiring
from helpdesk.edge.authorizer import policy
from helpdesk.edge.proxy_event import ProxyEvent
from helpdesk.errors import Unauthenticated
from helpdesk.identity import Principal


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Answers one question of API Gateway."""
    principal = _principal(ProxyEvent(event).header("Authorization"))
    telemetry.log(
        "request_authorized" if principal else "request_denied",
        role=principal.role.value if principal else None,
        tenant=principal.tenant if principal else None,
        key=principal.key if principal else None,
    )
    return policy(principal, event["methodArn"])


def _principal(authorization: str | None) -> Principal | None:
    try:
        return wiring.gateway_authenticator().principal(authorization)
    except Unauthenticated:
        return None
