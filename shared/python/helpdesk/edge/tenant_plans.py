"""What operators decide for a tenant: its plan, and what its invoices say."""

from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from helpdesk.billing.periods import PERIOD
from helpdesk.billing.previews import Preview
from helpdesk.edge.answers import Answer, MoneyOut
from helpdesk.edge.bill_models import BillOut
from helpdesk.edge.billing_details import BillingDetailsIn
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.requests import Request
from helpdesk.edge.tenants import TenantOut
from helpdesk.errors import Conflict
from helpdesk.identity import Scope
from helpdesk.ids import TenantId

_PlanName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=32)]


class PlanChangeIn(Request):
    """The plan that a tenant is to have, and from when on; two minutes from now if not said."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plan": "pro", "from": "2026-12-01T00:00:00Z"}]}
    )
    plan: _PlanName
    since: Annotated[AwareDatetime | None, Field(alias="from")] = None


class PreviewIn(Request):
    """The plan to try, and on which month; last month if not said."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"plan": "pro", "period": "2026-11"}]}
    )
    plan: _PlanName
    period: Annotated[str | None, Field(pattern=PERIOD)] = None


class PreviewOut(Answer):
    """A month's bill as it was and under another plan, and how much more that would have been.

    ``difference`` is null between two currencies.
    """

    plan: Annotated[str, Field(examples=["pro@1"])]
    before: BillOut
    after: BillOut
    difference: MoneyOut | None

    @classmethod
    def of(cls, preview: Preview) -> "PreviewOut":
        """A preview at the border."""
        difference = preview.difference
        return cls(
            plan=preview.plan,
            before=BillOut.of(preview.before),
            after=BillOut.of(preview.after),
            difference=MoneyOut.of(difference) if difference else None,
        )


def change(services: Services, call: Call) -> TenantOut:
    """Changes a tenant's plan."""
    tenant = _tenant(call)
    body: PlanChangeIn = call.body
    changed = services.planning().change(tenant, body.plan, body.since)
    return TenantOut.of(changed, services.now())


def preview(services: Services, call: Call) -> PreviewOut:
    """A tenant's month under another plan."""
    tenant = _tenant(call)
    body: PreviewIn = call.body
    return PreviewOut.of(services.planning().preview(tenant, body.plan, body.period))


def bill_to(services: Services, call: Call) -> TenantOut:
    """Changes what a tenant's invoices say."""
    tenant = _tenant(call)
    body: BillingDetailsIn = call.body
    changed = services.planning().bill_to(tenant, body.details())
    return TenantOut.of(changed, services.now())


def _tenant(call: Call) -> TenantId:
    return TenantId(call.id("tenant_id", "ten"))


OPERATIONS = (
    Operation(
        "POST",
        "/v1/tenants/{tenant_id}/plan",
        "changePlan",
        "Change a tenant's plan, for operators. What was planned for later is given up.",
        "Plans",
        change,
        scope=Scope.PLATFORM,
        body=PlanChangeIn,
        answer=TenantOut,
        idempotent=True,
        refusals=(Conflict,),
    ),
    Operation(
        "POST",
        "/v1/tenants/{tenant_id}/plan/preview",
        "previewPlan",
        "What a month of a tenant would have cost under a plan, for operators.",
        "Plans",
        preview,
        scope=Scope.PLATFORM,
        body=PreviewIn,
        answer=PreviewOut,
    ),
    Operation(
        "PUT",
        "/v1/tenants/{tenant_id}/billing-details",
        "putBillingDetails",
        "Say what a tenant's invoices name and tax, for operators.",
        "Plans",
        bill_to,
        scope=Scope.PLATFORM,
        body=BillingDetailsIn,
        answer=TenantOut,
        refusals=(Conflict,),
    ),
)
