"""Tenants: signing up, and a tenant's settings."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from helpdesk.edge.answers import Answer, Moment
from helpdesk.edge.billing_details import BillingDetailsOut
from helpdesk.edge.operations import Call, Operation, Services
from helpdesk.edge.plan_models import PlanOut
from helpdesk.edge.requests import Request
from helpdesk.errors import Conflict
from helpdesk.identity import Scope
from helpdesk.plans import PlanTerm
from helpdesk.tenants import Tenant

_Origin = Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(:\d{1,5})?$", max_length=255)]
_Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class SignUpIn(Request):
    """Who signs up."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Acme Outdoor", "email": "ops@acme.example"}]}
    )
    name: Annotated[str, Field(min_length=1, max_length=200)]
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    plan: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=32)] = "standard"


class SettingsIn(Request):
    """Settings to change; what is not named stays."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"languages": ["en", "de"], "retention_days": 90}]}
    )
    # Factories keep defaults out of the schema: here, what is not named stays as it is.
    persona: Annotated[str, Field(min_length=1, max_length=500, default_factory=str)]
    languages: Annotated[
        tuple[_Language, ...], Field(min_length=1, max_length=20, default_factory=tuple)
    ]
    allowed_origins: Annotated[tuple[_Origin, ...], Field(max_length=50, default_factory=tuple)]
    retention_days: Annotated[int, Field(ge=1, le=3650, default_factory=int)]


class PlanTermOut(Answer):
    """A plan, and since when it is in force."""

    since: Moment
    plan: PlanOut

    @classmethod
    def of(cls, term: PlanTerm) -> "PlanTermOut":
        """A term at the border."""
        return cls(since=term.since, plan=PlanOut.of(term.plan))


class TenantOut(Answer):
    """A tenant, its plan and its settings; ``next_plan`` is the change of plan that is planned."""

    id: Annotated[str, Field(examples=["ten_01kaxg3n2m8q4r6t8v0w2x4y6z"])]
    name: str
    email: str
    plan: str
    plan_details: PlanOut
    next_plan: PlanTermOut | None
    billing_details: BillingDetailsOut
    created_at: Moment
    persona: str
    languages: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    retention_days: int
    settings_version: int

    @classmethod
    def of(cls, tenant: Tenant, now: datetime) -> "TenantOut":
        """A tenant at the border, with the plan that it has now."""
        settings, plan = tenant.settings, tenant.plan_at(now)
        following = tenant.term_after(now)
        return cls(
            id=tenant.id,
            name=tenant.name,
            email=tenant.email,
            plan=plan.name,
            plan_details=PlanOut.of(plan),
            next_plan=PlanTermOut.of(following) if following else None,
            billing_details=BillingDetailsOut.of(tenant.billing),
            created_at=tenant.created_at,
            persona=settings.persona,
            languages=settings.languages,
            allowed_origins=settings.allowed_origins,
            retention_days=settings.retention_days,
            settings_version=settings.version,
        )


class FirstKeysOut(Answer):
    """A new tenant's keys: shown now and never again."""

    secret: Annotated[str, Field(examples=["hd_sk_…"])]
    publishable: Annotated[str, Field(examples=["hd_pk_…"])]


class SignedUpOut(Answer):
    """A new tenant and its first keys."""

    tenant: TenantOut
    keys: FirstKeysOut


def sign_up(services: Services, call: Call) -> SignedUpOut:
    """Creates a tenant."""
    body: SignUpIn = call.body
    new = services.tenancy().sign_up(body.name, body.email, body.plan)
    keys = FirstKeysOut(secret=new.secret.text, publishable=new.publishable.text)
    return SignedUpOut(tenant=TenantOut.of(new.tenant, services.now()), keys=keys)


def read(services: Services, call: Call) -> TenantOut:
    """The tenant that asks."""
    return TenantOut.of(services.tenancy().get(call.tenant), services.now())


def change(services: Services, call: Call) -> TenantOut:
    """Changes the settings that are named."""
    body: SettingsIn = call.body
    changes: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set}
    return TenantOut.of(services.tenancy().change_settings(call.tenant, changes), services.now())


OPERATIONS = (
    Operation(
        "POST",
        "/v1/tenants",
        "signUp",
        "Sign a company up. Open or for operators only, by stage.",
        "Tenants",
        sign_up,
        scope=Scope.SIGN_UP,
        body=SignUpIn,
        status=201,
        answer=SignedUpOut,
        idempotent=True,
        stores_secret=True,
    ),
    Operation(
        "GET",
        "/v1/tenant",
        "getTenant",
        "The tenant that the key belongs to.",
        "Tenants",
        read,
        answer=TenantOut,
    ),
    Operation(
        "PATCH",
        "/v1/tenant",
        "changeTenant",
        "Change settings; what is not named stays.",
        "Tenants",
        change,
        body=SettingsIn,
        answer=TenantOut,
        refusals=(Conflict,),
    ),
)
