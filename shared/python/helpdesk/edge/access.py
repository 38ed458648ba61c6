"""Who may call an operation, and how a principal travels from the authorizer to the functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from helpdesk.clock import Clock, from_rfc3339, rfc3339, utc_now
from helpdesk.conversations import EndUser
from helpdesk.edge.operations import Operation
from helpdesk.errors import Unauthenticated
from helpdesk.identity import Authenticator, Principal, Scope
from helpdesk.ids import KeyId, TenantId, VisitorId
from helpdesk.keys import Role
from helpdesk.visitor_tokens import Visitor


def context_of(principal: Principal) -> dict[str, str]:
    """A principal as API Gateway carries it: a flat map of strings."""
    context = {"role": principal.role.value}
    if principal.tenant is not None:
        context["tenant"] = principal.tenant
    if principal.key is not None:
        context["key"] = principal.key
    if principal.visitor is not None:
        context |= _context_of_visitor(principal.visitor)
    return context


def principal_of(context: Mapping[str, Any]) -> Principal:
    """What :func:`context_of` wrote."""
    tenant, key = context.get("tenant"), context.get("key")
    return Principal(
        role=Role(context["role"]),
        tenant=TenantId(tenant) if tenant else None,
        key=KeyId(key) if key else None,
        visitor=_visitor_of(context) if context.get("visitor") else None,
    )


@dataclass(frozen=True, slots=True)
class Access:
    """Decides who is asking, and whether they may.

    Where API Gateway has asked our authorizer, its verdict stands in the event's request context,
    which no client can write. On routes without an authorizer the same code decides here.
    """

    authenticator: Callable[[], Authenticator]
    sign_up: Literal["open", "operator"]
    now: Clock = utc_now

    def grant(
        self,
        operation: Operation,
        request_context: Mapping[str, Any],
        authorization: str | None,
    ) -> Principal | None:
        """The caller of an operation; None where nobody needs to be known.

        Raises Unauthenticated and Forbidden.
        """
        if operation.scope is None or (operation.scope is Scope.SIGN_UP and self.sign_up == "open"):
            return None
        verdict = request_context.get("authorizer")
        principal = (
            principal_of(verdict) if verdict else self.authenticator().principal(authorization)
        )
        principal.require(operation.scope)
        # API Gateway remembers a verdict for a minute, which may outlast the session.
        if principal.visitor and self.now() >= principal.visitor.expires_at:
            raise Unauthenticated("This session is over. Open a new one.")
        return principal


def _context_of_visitor(visitor: Visitor) -> dict[str, str]:
    context = {"visitor": visitor.id, "expires_at": rfc3339(visitor.expires_at)}
    if (user := visitor.end_user) is not None:
        said = {"end_user": user.id, "end_user_name": user.name, "end_user_email": user.email}
        context |= {name: value for name, value in said.items() if value is not None}
    return context


def _visitor_of(context: Mapping[str, Any]) -> Visitor:
    user = None
    if id_ := context.get("end_user"):
        user = EndUser(id_, context.get("end_user_name"), context.get("end_user_email"))
    return Visitor(VisitorId(context["visitor"]), from_rfc3339(context["expires_at"]), user)
