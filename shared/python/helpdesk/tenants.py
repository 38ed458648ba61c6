"""Tenants: the companies that sign up, and the settings that they choose."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from helpdesk.ids import TenantId
from helpdesk.plans import Plan, PlanTerm, plan_at


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant decides about its agent; ``version`` counts all changes of
    the tenant.

    ``signing_version`` says which of its signing secrets holds, since ``signing_rotated_at``.
    """

    persona: str = "a friendly, precise support agent"
    languages: tuple[str, ...] = ("en",)
    allowed_origins: tuple[str, ...] = ()
    retention_days: int = 365
    signing_version: int = 1
    signing_rotated_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """What an invoice says of its receiver, and what tax it bears.

    ``tax_basis_points`` is the rate in hundredths of a percent; 0 with a ``tax_note`` says why
    there is none (reverse charge, for instance).
    """

    legal_name: str = ""
    address: tuple[str, ...] = ()
    tax_id: str = ""
    tax_name: str = "VAT"
    tax_basis_points: int = 0
    tax_note: str = ""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One company. Everything else is reached through its id.

    ``terms`` are its plans, in the order in which they came into force.
    """

    id: TenantId
    name: str
    email: str
    created_at: datetime
    terms: tuple[PlanTerm, ...]
    billing: BillingDetails = field(default_factory=BillingDetails)
    settings: TenantSettings = field(default_factory=TenantSettings)

    def plan_at(self, moment: datetime) -> Plan:
        """The plan that it has, had or will have at a moment."""
        return plan_at(self.terms, moment)

    def term_after(self, moment: datetime) -> PlanTerm | None:
        """The next plan that it will have, and since when, if another is planned."""
        return next((term for term in self.terms if term.since > moment), None)

    def with_plan(self, plan: Plan, since: datetime) -> "Tenant":
        """The tenant after a change of plan, which replaces what was planned for later."""
        before = (term for term in self.terms if term.since < since)
        return replace(self, terms=(*before, PlanTerm(plan, since))).with_settings(self.settings)

    def with_billing(self, details: BillingDetails) -> "Tenant":
        """The tenant after a change of what its invoices say."""
        return replace(self, billing=details).with_settings(self.settings)

    def with_settings(self, settings: TenantSettings) -> "Tenant":
        """The tenant after a change of settings; with any change the version moves on by one."""
        return replace(self, settings=replace(settings, version=self.settings.version + 1))
