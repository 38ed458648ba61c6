"""Checks of usage: whether the accounts hold what the ledger says, and counting them anew."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import ConfigDict, Field

from helpdesk.billing.accounts import Sum
from helpdesk.billing.checking import CheckReport, Difference, Whose
from helpdesk.billing.periods import PERIOD
from helpdesk.edge.answers import Answer, MoneyOut
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.edge.whose import TENANT_ID
from helpdesk.errors import Conflict, NotFound
from helpdesk.identity import Scope
from helpdesk.ids import TenantId
from helpdesk.money import Money
from helpdesk.usage import Meter

_TIME = timedelta(seconds=20)
"""API Gateway gives up after 29 seconds."""

_TenantId = Annotated[str | None, Field(pattern=TENANT_ID)]


class CheckIn(Request):
    """Which accounts: a month's, of one tenant or of all behind ``after``."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"period": "2026-11"}]})
    period: Annotated[str, Field(pattern=PERIOD)]
    rebuild: Annotated[bool, Field(description="Write them anew from the ledger.")] = False
    tenant: _TenantId = None
    after: Annotated[_TenantId, Field(description="Go on behind this tenant.")] = None


class SumOut(Answer):
    """What an account holds."""

    quantity: int
    cost: MoneyOut
    lines: int

    @classmethod
    def of(cls, sum_: Sum, currency: str) -> "SumOut":
        """A sum at the border."""
        return cls(
            quantity=sum_.quantity,
            cost=MoneyOut.of(Money(sum_.micros, currency)),
            lines=sum_.lines,
        )


class DifferenceOut(Answer):
    """An account that held something else than the ledger."""

    tenant: str
    shard: int
    period: Annotated[str, Field(description="The month in which the usage happened.")]
    plan: str
    meter: Meter
    model: str | None
    unit_price: MoneyOut
    ledger: SumOut
    books: SumOut

    @classmethod
    def of(cls, difference: Difference) -> "DifferenceOut":
        """A difference at the border."""
        account = difference.account
        return cls(
            tenant=difference.tenant,
            shard=difference.shard,
            period=account.period,
            plan=account.plan,
            meter=account.meter,
            model=account.model or None,
            unit_price=MoneyOut.of(account.unit_price),
            ledger=SumOut.of(difference.ledger, account.currency),
            books=SumOut.of(difference.books, account.currency),
        )


class CheckOut(Answer):
    """What was seen. ``equal`` is true when all was compared and nothing differed.

    ``overdue`` events had been forgotten and are posted now. ``busy`` shards were posted to all
    the time. ``stopped_after`` is the ``after`` to go on with when time ran out.
    """

    period: str
    rebuilt: bool
    equal: bool
    tenants: int
    shards: int
    events: int
    overdue: int
    busy: int
    differences: Sequence[DifferenceOut]
    stopped_after: str | None

    @classmethod
    def of(cls, report: CheckReport, *, rebuilt: bool) -> "CheckOut":
        """A report at the border."""
        return cls(
            period=report.period,
            rebuilt=rebuilt,
            equal=report.equal,
            tenants=report.tenants,
            shards=report.shards,
            events=report.events,
            overdue=report.overdue,
            busy=report.busy,
            differences=[DifferenceOut.of(each) for each in report.differences],
            stopped_after=report.stopped_after,
        )


def check(services: Services, call: Call) -> CheckOut:
    """Compares accounts with the ledger, or writes them anew."""
    body: CheckIn = call.body
    whose = Whose(
        until=services.now() + _TIME,
        tenant=TenantId(body.tenant) if body.tenant else None,
        after=TenantId(body.after) if body.after else None,
    )
    checking = services.checking()
    work = checking.rebuild if body.rebuild else checking.check
    return CheckOut.of(work(body.period, whose), rebuilt=body.rebuild)


OPERATIONS = (
    Operation(
        "POST",
        "/v1/usage/checks",
        "checkUsage",
        "Compare the accounts of a month with the ledger, or write them anew from it.",
        "Usage",
        check,
        scope=Scope.METERING,
        body=CheckIn,
        answer=CheckOut,
        refusals=(NotFound, Conflict),
    ),
)
