"""Companies sign up and choose their settings: database writes, never a deployment."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from helpdesk.clock import Clock
from helpdesk.ids import Chance, TenantId, new_id
from helpdesk.keyring import MintedKey, mint
from helpdesk.keys import Role
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.plans import PlanTerm
from helpdesk.ports import Tenants
from helpdesk.tenants import Tenant


@dataclass(frozen=True, slots=True)
class SignedUp:
    """A new tenant, and its first keys: shown now and never again."""

    tenant: Tenant
    secret: MintedKey
    publishable: MintedKey


@dataclass(frozen=True, slots=True)
class Tenancy:
    """What happens to a tenant itself."""

    tenants: Tenants
    catalogue: PlanCatalogue
    now: Clock
    chance: Chance = secrets.token_bytes

    def sign_up(self, name: str, email: str, plan: str) -> SignedUp:
        """Creates a tenant with a secret and a publishable key, all or nothing.

        Raises ValidationFailed for a plan that is not open to all.
        """
        chosen = self.catalogue.chosen(plan, self.catalogue.open_plans())
        now = self.now()
        tenant = Tenant(
            id=TenantId(new_id("ten", now, self.chance)),
            name=name,
            email=email,
            created_at=now,
            terms=(PlanTerm(chosen, now),),
        )
        secret = mint(tenant.id, Role.SECRET, now, self.chance)
        publishable = mint(tenant.id, Role.PUBLISHABLE, now, self.chance)
        self.tenants.add(tenant, [secret.key, publishable.key])
        return SignedUp(tenant, secret, publishable)

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant. Raises NotFound."""
        return self.tenants.get(tenant)

    def change_settings(self, tenant: TenantId, changes: Mapping[str, Any]) -> Tenant:
        """Changes these fields of its settings. Raises NotFound, or Conflict on a lost race."""
        current = self.tenants.get(tenant)
        if not changes:
            return current
        changed = current.with_settings(replace(current.settings, **changes))
        self.tenants.save(changed)
        return changed
