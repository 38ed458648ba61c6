"""A visitor's token: a small signed text that is checked without looking anything up."""

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from helpdesk.clock import Clock
from helpdesk.conversations import EndUser
from helpdesk.errors import Unauthenticated
from helpdesk.ids import KeyId, TenantId, VisitorId
from helpdesk.keys import PREFIXES, Role
from helpdesk.ports import RootSecrets
from helpdesk.roots import mac

PREFIX = PREFIXES[Role.VISITOR]

# A tenant's signing secret is derived for "<tenant>|<version>": no tenant's is this one.
_LABEL = "visitor tokens"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody on a tenant's site, until a moment: anonymous, or one whom the tenant knows.

    The tenant vouches for the end user's id. Name and email are what its page said.
    """

    id: VisitorId
    expires_at: datetime
    end_user: EndUser | None = None


@dataclass(frozen=True, slots=True)
class VisitorSession:
    """What a token says: who, on whose site, and by which publishable key."""

    tenant: TenantId
    key: KeyId
    visitor: Visitor


@dataclass(frozen=True, slots=True)
class _Payload:
    ten: TenantId
    key: KeyId
    vis: VisitorId
    exp: int
    user: EndUser | None = None


_PAYLOAD = TypeAdapter(_Payload)


@dataclass(frozen=True, slots=True)
class VisitorTokens:
    """Writes and reads tokens; while the root is being replaced those of both roots hold."""

    roots: RootSecrets
    now: Clock

    def write(self, session: VisitorSession) -> str:
        """The token of a session; of its end only whole seconds count. Raises Unavailable."""
        visitor = session.visitor
        ends = int(visitor.expires_at.timestamp())
        payload = _Payload(session.tenant, session.key, visitor.id, ends, visitor.end_user)
        content = _base64(_PAYLOAD.dump_json(payload, exclude_none=True))
        return f"{PREFIX}{content}.{self._signatures(content)[0]}"

    def read(self, token: str) -> VisitorSession:
        """What a token says. Raises Unauthenticated for any that we did not write or that is over,
        and Unavailable."""
        content, _, signature = token.removeprefix(PREFIX).partition(".")
        if not token.startswith(PREFIX) or not self._signed(content, signature):
            raise Unauthenticated("This token is not one of ours. Open a new session.")
        session = _session_of(content)
        if self.now() >= session.visitor.expires_at:
            raise Unauthenticated("This session is over. Open a new one.")
        return session

    def _signed(self, content: str, signature: str) -> bool:
        # Texts are compared, not the bytes that they stand for: one signature has one spelling.
        given = signature.encode(errors="replace")
        ours = self._signatures(content)
        return any(hmac.compare_digest(each.encode(), given) for each in ours)

    def _signatures(self, content: str) -> list[str]:
        message = content.encode(errors="replace")
        return [_base64(mac(key, message)) for key in self.roots.roots().derived(_LABEL)]


def _session_of(content: str) -> VisitorSession:
    try:
        payload = _PAYLOAD.validate_json(_bytes_of(content))
    except (ValidationError, binascii.Error):
        raise Unauthenticated("This token is of another time. Open a new session.") from None
    ends = datetime.fromtimestamp(payload.exp, UTC)
    return VisitorSession(payload.ten, payload.key, Visitor(payload.vis, ends, payload.user))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
