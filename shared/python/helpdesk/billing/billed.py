"""Whom a period is billed to."""

from collections.abc import Iterator

from helpdesk.billing.periods import end_of
from helpdesk.ids import TenantId
from helpdesk.ports import Tenants
from helpdesk.tenants import Tenant

_PAGE = 100


def billed_for(tenants: Tenants, period: str) -> Iterator[Tenant]:
    """The tenants that had signed up before a period's end, in the order of their ids.

    Who signs up later, even while the period is being closed, changes neither bills nor numbers.
    """
    end = end_of(period)
    after: TenantId | None = None
    while page := tenants.all(after, _PAGE):
        yield from (tenant for tenant in page if tenant.created_at < end)
        after = page[-1].id
