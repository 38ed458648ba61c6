"""Whose things a caller reads: a tenant its own, finance those of the tenant that it names."""

from helpdesk.errors import FieldError, NotFound, ValidationFailed
from helpdesk.identity import Principal
from helpdesk.ids import TenantId


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
