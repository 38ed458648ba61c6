"""Usage: what a tenant used in a month, and what that costs."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from helpdesk.clock import period_of
from helpdesk.edge.answers import Answer, Moment, MoneyOut
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Query
from helpdesk.errors import FieldError, NotFound, ValidationFailed
from helpdesk.identity import Principal, Scope
from helpdesk.ids import TenantId
from helpdesk.metering import UsageSummary
from helpdesk.usage import UNITS, Meter


class UsageQuery(Query):
    """Which month, and for finance, whose."""

    period: Annotated[
        str | None,
        Field(
            pattern=r"^20\d{2}-(0[1-9]|1[0-2])$",
            description="A UTC month; the present one if none is given.",
            examples=["2026-11"],
        ),
    ] = None
    tenant: Annotated[
        str | None,
        Field(pattern=r"^ten_[0-9a-z]{26}$", description="For finance: whose usage."),
    ] = None


class MeterOut(Answer):
    """How much of one meter was used."""

    meter: Meter
    quantity: int
    unit: str
    cost: MoneyOut


class UsageOut(Answer):
    """A month's usage, as it stands at ``as_of``."""

    period: Annotated[str, Field(examples=["2026-11"])]
    closed: bool
    meters: Sequence[MeterOut]
    total: MoneyOut
    as_of: Moment

    @classmethod
    def of(cls, summary: UsageSummary) -> "UsageOut":
        """A summary at the border."""
        return cls(
            period=summary.period,
            closed=False,
            meters=[
                MeterOut(
                    meter=each.meter,
                    quantity=each.quantity,
                    unit=UNITS[each.meter],
                    cost=MoneyOut.of(each.cost),
                )
                for each in summary.meters
            ],
            total=MoneyOut.of(summary.total),
            as_of=summary.as_of,
        )


def read(services: Services, call: Call) -> UsageOut:
    """The usage of a month."""
    query: UsageQuery = call.query
    tenant = _whose(call.caller, TenantId(query.tenant) if query.tenant else None)
    period = query.period or period_of(services.now())
    return UsageOut.of(services.metering().summary(tenant, period))


def _whose(caller: Principal, named: TenantId | None) -> TenantId:
    if caller.tenant is None:
        if named is None:
            at = FieldError("tenant", "Say whose usage: ?tenant=<id>.")
            raise ValidationFailed("Check: tenant.", errors=[at])
        return named
    if named not in (None, caller.tenant):
        raise NotFound("There is no such tenant.")
    return caller.tenant


OPERATIONS = (
    Operation(
        "GET",
        "/v1/usage",
        "getUsage",
        "The usage of a month: a tenant's own; finance names the tenant.",
        "Usage",
        read,
        scope=Scope.USAGE,
        query=UsageQuery,
        answer=UsageOut,
        refusals=(NotFound,),
    ),
)
