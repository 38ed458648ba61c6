"""The forecast: what a month will cost if it goes on as it went so far."""

from datetime import datetime, timedelta

from helpdesk.billing.accounts import Account, Accounts, Sum
from helpdesk.billing.periods import end_of, start_of
from helpdesk.billing.rating import rate
from helpdesk.money import Money, half_up
from helpdesk.tenants import Tenant
from helpdesk.usage import PRICED_PER

_SECOND = timedelta(seconds=1)
_AT_LEAST = timedelta(days=1)
"""From the first minutes of a month nothing follows: they count as a day."""


def forecast(
    tenant: Tenant, period: str, accounts: Accounts, billed: Accounts, now: datetime
) -> Money:
    """The bill of the whole month, rounded and with tax.

    Usage is extrapolated in proportion to the seconds since the month began, or the tenant signed
    up in it, and then rated, with all that the plan includes. Adjustments stay as they are, against
    what was ``billed`` of their months before.
    """
    start, end = max(start_of(period), tenant.created_at), end_of(period)
    now = min(max(now, start), end)
    past = max(now - start, _AT_LEAST) // _SECOND
    to_come = (end - now) // _SECOND
    expected = {
        account: _extrapolated(account, sum_, to_come, past) if account.period == period else sum_
        for account, sum_ in accounts.items()
    }
    return rate(period, tenant.terms, expected, tenant.billing, billed).total


def _extrapolated(account: Account, sum_: Sum, to_come: int, past: int) -> Sum:
    more = half_up(sum_.quantity * to_come, past)
    cost = half_up(more * account.unit_micros, PRICED_PER[account.meter])
    return Sum(sum_.quantity + more, sum_.micros + cost, sum_.lines)
