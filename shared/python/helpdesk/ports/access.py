"""Who is let in, and what is signed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from helpdesk.ids import KeyId, TenantId
from helpdesk.keys import Key, Role
from helpdesk.roots import Roots
from helpdesk.tenants import Tenant


class Tenants(Protocol):
    """The companies that signed up."""

    def add(self, tenant: Tenant, keys: Sequence[Key]) -> None:
        """Writes a new tenant and its first keys, all or nothing."""

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant. Raises NotFound."""

    def save(self, tenant: Tenant) -> None:
        """Replaces a tenant whose settings moved on by one. Raises Conflict on a lost race."""

    def all(self, after: TenantId | None, limit: int) -> Sequence[Tenant]:
        """The tenants behind one, or from the first on, in the order of their ids."""


class Keys(Protocol):
    """The tenants' keys, by their hashes."""

    def by_hash(self, key_hash: str) -> Key | None:
        """The key with this hash, if it is there and not revoked."""

    def add(self, key: Key) -> None:
        """Writes a new key."""

    def of_tenant(self, tenant: TenantId) -> Sequence[Key]:
        """All keys of a tenant that are not revoked, oldest first."""

    def revoke(self, tenant: TenantId, key: KeyId) -> None:
        """Revokes a key at once. Raises NotFound."""


class PlatformKeys(Protocol):
    """The keys of the platform's own people."""

    def hashes(self) -> Mapping[Role, str]:
        """The hash of each platform role's key."""


class RootSecrets(Protocol):
    """The secret from which all that signs is derived."""

    def roots(self) -> Roots:
        """The roots that hold. Raises Unavailable."""


class Signatures(Protocol):
    """What a receiver tells our requests by."""

    def header(self, tenant: TenantId, body: bytes, now: datetime) -> str:
        """The value of ``X-Helpdesk-Signature``: ``t=<unix>,v1=<HMAC-SHA256 of "t.body">``."""
