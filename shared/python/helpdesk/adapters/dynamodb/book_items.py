"""The accounts as items: one for each shard of a tenant's period, with attributes to count by.

An account is three attributes, so that a posting adds to it without knowing what is there:

    quantity#2026-11#pro@1#input_tokens#1250000#USD#gpt-5
    micros#2026-11#pro@1#input_tokens#1250000#USD#gpt-5
    lines#2026-11#pro@1#input_tokens#1250000#USD#gpt-5
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields as fields_of
from datetime import date
from typing import Any, cast

from helpdesk.adapters.dynamodb.items import Fields
from helpdesk.billing.accounts import Account, Accounts, Sum
from helpdesk.billing.postings import DayCounts, Late, ShardTotals
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import METERS, Meter

OPEN = "attribute_not_exists(#closed)"
"""The condition that a shard still takes postings."""

_COUNTED = tuple(field.name for field in fields_of(Sum))
_OTHERS = frozenset({"pk", "sk", "version", "closed"})


def account_fields(accounts: Accounts) -> Mapping[str, int]:
    """The attributes of accounts."""
    return {
        f"{counted}#{_name(account)}": getattr(sum_, counted)
        for account, sum_ in accounts.items()
        for counted in _COUNTED
    }


def totals_fields(totals: ShardTotals) -> dict[str, Any]:
    """The fields of a shard that is open."""
    return {"version": totals.version, **account_fields(totals.accounts)}


def totals_of(tenant: TenantId, period: str, fields: Fields) -> ShardTotals:
    """The shard of a tenant's period that an item holds."""
    return ShardTotals(
        tenant,
        period,
        shard=int(fields["sk"].removeprefix("SHARD#")),
        version=fields.get("version", 0),
        closed=fields.get("closed", False),
        accounts=dict(_accounts(fields)),
    )


def late_into_of(period: str, fields: Fields) -> Late:
    """The late event of a period that it was posted to."""
    return Late(EventId(fields["sk"]), fields["happened_in"], period)


def late_out_of(period: str, fields: Fields) -> Late:
    """The late event of a period that it happened in."""
    return Late(EventId(fields["sk"]), period, fields["posted_to"])


def day_of(fields: Fields) -> date:
    """The day whose counts an item holds."""
    return date.fromisoformat(fields["sk"].split("#")[0])


def counts_of(fields: Fields) -> DayCounts:
    """The counts that an item holds."""
    return {meter: fields[meter] for meter in METERS if meter in fields}


def _accounts(fields: Fields) -> Iterator[tuple[Account, Sum]]:
    first, *_ = _COUNTED
    for name in fields.keys() - _OTHERS:
        counted, account = name.split("#", 1)
        if counted == first:
            yield _account(account), Sum(*(fields[f"{each}#{account}"] for each in _COUNTED))


def _name(account: Account) -> str:
    # The model comes last: nobody says what its name may hold.
    return (
        f"{account.period}#{account.plan}#{account.meter}#{account.unit_micros}"
        f"#{account.currency}#{account.model}"
    )


def _account(name: str) -> Account:
    period, plan, meter, unit_micros, currency, model = name.split("#", 5)
    return Account(period, plan, cast(Meter, meter), model, int(unit_micros), currency)
