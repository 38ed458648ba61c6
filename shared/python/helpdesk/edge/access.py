"""Who may call an operation, and how a principal travels from the authorizer to the functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from helpdesk.edge.operations import Operation
from helpdesk.identity import Authenticator, Principal, Scope
from helpdesk.ids import KeyId, TenantId
from helpdesk.keys import Role


def context_of(principal: Principal) -> dict[str, str]:
    """A principal as API Gateway carries it: a flat map of strings."""
    context = {"role": principal.role.value}
    if principal.tenant is not None:
        context["tenant"] = principal.tenant
    if principal.key is not None:
        context["key"] = principal.key
    return context


def principal_of(context: Mapping[str, Any]) -> Principal:
    """What :func:`context_of` wrote."""
    tenant, key = context.get("tenant"), context.get("key")
    return Principal(
        role=Role(context["role"]),
        tenant=TenantId(tenant) if tenant else None,
        key=KeyId(key) if key else None,
    )


@dataclass(frozen=True, slots=True)
class Access:
    """Decides who is asking, and whether they may.

    Where API Gateway has asked our authorizer, its verdict stands in the event's request context,
    which no client can write. On routes without an authorizer the same code decides here.
    """

    authenticator: Callable[[], Authenticator]
    sign_up: Literal["open", "operator"]

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
        return principal
