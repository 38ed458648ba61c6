"""Whose things a caller reads: a tenant its own, finance those of the tenant that it names."""

from typing import Annotated

from pydantic import Field

from helpdesk.errors import FieldError, NotFound, ValidationFailed
from helpdesk.identity import Principal
from helpdesk.ids import TenantId

TENANT_ID = r"^ten_[0-9a-z]{26}$"
"""What a tenant's id looks like."""

TenantNamed = Annotated[str | None, Field(pattern=TENANT_ID, description="For finance: whose.")]


def whose(caller: Principal, named: str | None) -> TenantId:
    """The tenant that is meant.

    Raises ValidationFailed when finance names none, and NotFound for somebody else's.
    """
    if caller.tenant is None:
        if named is None:
            at = FieldError("tenant", "Say whose: ?tenant=<id>.")
            raise ValidationFailed("Check: tenant.", errors=[at])
        return TenantId(named)
    if named not in (None, caller.tenant):
        raise NotFound("There is no such tenant.")
    return caller.tenant
