"""A tenant's keys: made, listed and revoked. Old and new ones hold side by side until revoked."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from helpdesk.clock import Clock
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import Chance, KeyId, TenantId, new_id
from helpdesk.keys import Key, Role, hash_key, hint_of, mint_key
from helpdesk.ports import Keys

MAX_KEYS = 50
"""How many keys a tenant may have at once."""


@dataclass(frozen=True, slots=True)
class MintedKey:
    """A new key and its text, which is shown once; ``repr`` leaves it out."""

    key: Key
    text: str = field(repr=False)


def mint(tenant: TenantId, role: Role, now: datetime, chance: Chance) -> MintedKey:
    """A new key of a tenant, not yet written."""
    text = mint_key(role, chance)
    key = Key(
        id=KeyId(new_id("key", now, chance)),
        tenant=tenant,
        role=role,
        hash=hash_key(text),
        hint=hint_of(text),
        created_at=now,
    )
    return MintedKey(key, text)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of tenants, as their owners handle them."""

    keys: Keys
    now: Clock
    chance: Chance = secrets.token_bytes

    def create(self, tenant: TenantId, role: Role) -> MintedKey:
        """Makes one more key. Raises Conflict when the tenant has too many."""
        if len(self.keys.of_tenant(tenant)) >= MAX_KEYS:
            raise Conflict(f"You have {MAX_KEYS} keys. Revoke one that you no longer use.")
        minted = mint(tenant, role, self.now(), self.chance)
        self.keys.add(minted.key)
        return minted

    def all(self, tenant: TenantId) -> Sequence[Key]:
        """The keys that hold, oldest first."""
        return self.keys.of_tenant(tenant)

    def revoke(self, tenant: TenantId, key: KeyId) -> None:
        """Revokes a key. Raises NotFound, or Conflict for the last secret one."""
        roles = {each.id: each.role for each in self.keys.of_tenant(tenant)}
        if key not in roles:
            raise NotFound("There is no such key.")
        if roles[key] is Role.SECRET and list(roles.values()).count(Role.SECRET) == 1:
            raise Conflict("This is your last secret key. Create the next one before revoking it.")
        self.keys.revoke(tenant, key)
