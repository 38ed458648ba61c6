"""Visitors' sessions: a page of the tenant's site opens one, and may then chat for a while."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from helpdesk.clock import Clock
from helpdesk.conversations import EndUser
from helpdesk.errors import Forbidden, Unauthenticated
from helpdesk.ids import Chance, KeyId, TenantId, VisitorId, new_id
from helpdesk.ports import RootSecrets, Tenants
from helpdesk.signing import secrets_at, verify_identity
from helpdesk.tenants import Tenant
from helpdesk.visitor_tokens import Visitor, VisitorSession, VisitorTokens

LASTS = timedelta(minutes=15)
"""How long a session lasts; nothing ends it before."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session's token, and when it ends; ``repr`` leaves the token out."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens sessions. ``any_origin``: a tenant that names no allowed origins allows all."""

    tenants: Tenants
    roots: RootSecrets
    now: Clock
    any_origin: bool = False
    chance: Chance = secrets.token_bytes

    def open(
        self,
        tenant: TenantId,
        key: KeyId,
        origin: str | None,
        end_user: EndUser | None = None,
        signature: str | None = None,
    ) -> OpenedSession:
        """A session of an end user whose id the tenant signed, or of an anonymous visitor.

        Raises Forbidden for another origin, Unauthenticated for a signature that does not fit,
        NotFound and Unavailable.
        """
        site = self.tenants.get(tenant)
        self._require_allowed(site, origin)
        if end_user:
            self._require_signed(site, end_user, signature)
        now = self.now()
        visitor = Visitor(
            VisitorId(new_id("vis", now, self.chance)),
            (now + LASTS).replace(microsecond=0),
            end_user,
        )
        tokens = VisitorTokens(self.roots, self.now)
        token = tokens.write(VisitorSession(tenant, key, visitor))
        return OpenedSession(token, visitor.expires_at)

    def _require_allowed(self, site: Tenant, origin: str | None) -> None:
        allowed = site.settings.allowed_origins
        if origin not in allowed and (allowed or not self.any_origin):
            raise Forbidden("This origin is not allowed. Add it to the tenant's allowed_origins.")

    def _require_signed(self, site: Tenant, end_user: EndUser, signature: str | None) -> None:
        if not signature:
            raise Unauthenticated(
                "An end_user needs the signature that your server makes of its id."
            )
        signing = secrets_at(site, self.roots.roots(), self.now())
        if not verify_identity(signing, end_user.id, signature):
            raise Unauthenticated(
                "The signature does not fit this end_user. Sign its id with a signing secret."
            )
