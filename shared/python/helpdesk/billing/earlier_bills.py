"""Earlier bills: what was billed before of a month that a later bill adjusts."""

from collections.abc import Callable

from helpdesk.billing.accounts import Accounts, merged
from helpdesk.billing.periods import periods_between, previous_period
from helpdesk.billing.rating import NOTHING, accounts_of
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.ports import Periods


def billed_before(
    period: str, accounts: Accounts, billed_in: Callable[[str], Accounts]
) -> Accounts:
    """What the bills before a period's have of those months that some of its accounts belong to.

    ``billed_in`` gives the accounts of a month's bill.
    """
    months = {account.period for account in accounts if account.period < period}
    if not months:
        return NOTHING
    earlier = periods_between(min(months), previous_period(period))
    return merged(
        {account: sum_ for account, sum_ in billed_in(each).items() if account.period in months}
        for each in earlier
    )


def stated_in(periods: Periods, tenant: TenantId, period: str) -> Accounts | None:
    """The accounts of a tenant's closed month; None for one that was not stated."""
    try:
        return accounts_of(periods.statement(tenant, period).bill)
    except NotFound:
        return None
