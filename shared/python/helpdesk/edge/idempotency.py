"""A request's ``Idempotency-Key``: whose it is, and what the request is told by."""

from helpdesk.edge.operations import Call, Operation
from helpdesk.edge.proxy_event import ProxyEvent
from helpdesk.errors import FieldError, InvalidRequest
from helpdesk.identity import Principal
from helpdesk.replies import KeyedRequest

_HEADER = "Idempotency-Key"
_LONGEST_KEY = 255


def keyed_request(operation: Operation, call: Call, event: ProxyEvent) -> KeyedRequest | None:
    """The request under its key; None without a key. Raises InvalidRequest for a bad one."""
    key = event.header(_HEADER) if operation.idempotent else None
    if key is None:
        return None
    if not 1 <= len(key) <= _LONGEST_KEY:
        at = FieldError(_HEADER, f"Send 1 to {_LONGEST_KEY} characters.")
        raise InvalidRequest(f"The {_HEADER} is empty or too long.", errors=[at])
    body = call.body.model_dump(mode="json") if call.body else None
    return KeyedRequest(
        scope=_scope(call.principal, event.source_ip),
        key=key,
        content={"operation": operation.id, "path": dict(call.path), "body": body},
        secret=operation.stores_secret,
    )


def _scope(principal: Principal | None, source_ip: str) -> str:
    # Who signs up is nobody yet. The address tells two of them apart, so that one who guesses
    # another's key and body is not answered with the other's secrets.
    if principal is None:
        return f"anonymous:{source_ip}"
    # The visitors of a tenant do not know of each other either.
    if principal.visitor and principal.tenant:
        return f"{principal.tenant}:{principal.visitor.id}"
    return principal.tenant or principal.role.value
