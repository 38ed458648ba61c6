"""A tenant's signing secrets: by them it knows our calls, and we know its customers."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from helpdesk.clock import Clock
from helpdesk.ids import TenantId
from helpdesk.ports import RootSecrets, Tenants
from helpdesk.roots import Roots, mac
from helpdesk.tenants import Tenant

PREFIX = "hd_sig_"

OVERLAP = timedelta(hours=24)
"""How long the secret before a rotation still holds."""


@dataclass(frozen=True, slots=True)
class SigningSecret:
    """One secret; its whole text, prefix included, is the key of an HMAC. ``repr`` hides it."""

    version: int
    text: str = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SigningSecrets:
    """The secrets of one tenant that hold now.

    ``by_former_root`` holds their like by the platform's former root, while that is being replaced:
    whoever has noted one of those notices nothing.
    """

    current: SigningSecret
    previous: SigningSecret | None = None
    by_former_root: tuple[SigningSecret, ...] = ()

    def __iter__(self) -> Iterator[SigningSecret]:
        yield self.current
        if self.previous:
            yield self.previous
        yield from self.by_former_root


def secrets_at(tenant: Tenant, roots: Roots, now: datetime) -> SigningSecrets:
    """The secrets of a tenant at a moment."""
    version, rotated_at = tenant.settings.signing_version, tenant.settings.signing_rotated_at
    versions: list[tuple[int, datetime | None]] = [(version, None)]
    if rotated_at and now < rotated_at + OVERLAP:
        versions.append((version - 1, rotated_at + OVERLAP))
    by_root = zip(*(_derived(tenant.id, roots, *each) for each in versions), strict=True)
    (current, *previous), *former = by_root
    return SigningSecrets(
        current,
        previous[0] if previous else None,
        tuple(secret for secrets in former for secret in secrets),
    )


def sign(secrets: SigningSecrets, timestamp: int, body: bytes) -> str:
    """The signature of a call of ours: ``t=<timestamp>,v1=<hex>``, a ``v1`` for each secret.

    What is signed is ``<timestamp>.<body>``; the timestamp is in Unix seconds.
    """
    message = f"{timestamp}.".encode() + body
    return ",".join([f"t={timestamp}", *(f"v1={_hex(each, message)}" for each in secrets)])


def verify_identity(secrets: SigningSecrets, end_user_id: str, signature: str) -> bool:
    """Whether a tenant's server signed this end user's id, by any of the secrets, in hex."""
    given, message = signature.lower().encode(), end_user_id.encode()
    return any(hmac.compare_digest(_hex(each, message).encode(), given) for each in secrets)


@dataclass(frozen=True, slots=True)
class Signing:
    """The signing secrets of tenants, as their owners and our own calls handle them."""

    tenants: Tenants
    roots: RootSecrets
    now: Clock

    def secrets_of(self, tenant: TenantId) -> SigningSecrets:
        """The secrets that hold. Raises NotFound and Unavailable."""
        return secrets_at(self.tenants.get(tenant), self.roots.roots(), self.now())

    def rotate(self, tenant: TenantId) -> SigningSecrets:
        """Makes the next secret; the one that held until now still does for 24 hours.

        One that was on its way out stops at once: to retire a stolen secret, rotate twice. Raises
        NotFound, Unavailable, and Conflict on a lost race.
        """
        current, now = self.tenants.get(tenant), self.now()
        roots = self.roots.roots()
        settings = current.settings
        version = settings.signing_version + 1
        rotated = current.with_settings(
            replace(settings, signing_version=version, signing_rotated_at=now)
        )
        self.tenants.save(rotated)
        return secrets_at(rotated, roots, now)


@dataclass(frozen=True, slots=True)
class CallSignatures:
    """Signs our calls to a tenant's systems with that tenant's secrets."""

    signing: Signing

    def header(self, tenant: TenantId, body: bytes, now: datetime) -> str:
        """The value of ``X-Helpdesk-Signature``. Raises NotFound and Unavailable."""
        return sign(self.signing.secrets_of(tenant), int(now.timestamp()), body)


def _derived(
    tenant: TenantId, roots: Roots, version: int, expires_at: datetime | None
) -> tuple[SigningSecret, ...]:
    return tuple(
        SigningSecret(version, PREFIX + derived.hex(), expires_at)
        for derived in roots.derived(f"{tenant}|{version}")
    )


def _hex(secret: SigningSecret, message: bytes) -> str:
    return mac(secret.text.encode(), message).hex()
