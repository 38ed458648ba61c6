"""Whom a period is billed to, and what each of them owes."""

from collections.abc import Iterator

from helpdesk.billing.periods import end_of
from helpdesk.billing.statements import Statement
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.ports import Periods, Tenants
from helpdesk.tenants import Tenant

_PAGE = 100


def all_tenants(tenants: Tenants, after: TenantId | None = None) -> Iterator[Tenant]:
    """Everybody, or whoever comes behind ``after``, in the order of their ids."""
    while page := tenants.all(after, _PAGE):
        yield from page
        after = page[-1].id


def stated_for(
    tenants: Tenants, periods: Periods, period: str
) -> Iterator[tuple[Tenant, Statement | None]]:
    """The tenants that had signed up before a period's end, in the order of their ids, each with
    its statement as it stands when its turn comes.

    Who signs up later, even while the period is being closed, changes neither bills nor numbers.
    """
    for tenant in all_tenants(tenants):
        if tenant.created_at < end_of(period):
            yield tenant, _standing(periods, tenant.id, period)


def _standing(periods: Periods, tenant: TenantId, period: str) -> Statement | None:
    try:
        return periods.statement(tenant, period)
    except NotFound:
        return None
