"""Who is asking: what each kind of key may do, and the one place that decides it."""

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import TypeVar

from helpdesk.clock import Clock
from helpdesk.conversations import Asker
from helpdesk.errors import Forbidden, Unauthenticated
from helpdesk.ids import KeyId, TenantId
from helpdesk.keys import Key, Role, hash_key
from helpdesk.ports import Keys, PlatformKeys
from helpdesk.visitor_tokens import PREFIX, Visitor, VisitorTokens

_BEARER = "bearer "

KNOWN_FOR = timedelta(seconds=60)
"""How long a found key is believed: the longest that a revoked one still works."""

_UNKNOWN_FOR = timedelta(seconds=5)
_MOST_REMEMBERED = 10_000

Remembered = TypeVar("Remembered")


class Scope(StrEnum):
    """What an operation asks of a key."""

    TENANT = "tenant"  # read and change everything of one tenant
    CHAT = "chat"  # talk to a tenant's agent, and read that talk
    SESSIONS = "sessions"  # open a visitor's session
    SIGN_UP = "sign_up"  # create tenants
    USAGE = "usage"  # read usage: a tenant its own, finance everybody's
    PLANS = "plans"  # read plans
    PLATFORM = "platform"  # write plans, and what tenants have of them


SCOPES: dict[Role, frozenset[Scope]] = {
    Role.SECRET: frozenset({Scope.TENANT, Scope.CHAT, Scope.USAGE, Scope.PLANS}),
    Role.PUBLISHABLE: frozenset({Scope.SESSIONS}),
    Role.VISITOR: frozenset({Scope.CHAT}),
    Role.OPERATOR: frozenset({Scope.SIGN_UP, Scope.PLANS, Scope.PLATFORM}),
    Role.FINANCE: frozenset({Scope.USAGE, Scope.PLANS}),
}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. ``tenant`` and ``key`` are None for the platform's own keys.

    ``key`` is the publishable one by which a ``visitor`` came.
    """

    role: Role
    tenant: TenantId | None = None
    key: KeyId | None = None
    visitor: Visitor | None = None

    @property
    def asker(self) -> Asker:
        """Who this is in a conversation."""
        return Asker(self.visitor.end_user, self.visitor.id) if self.visitor else Asker()

    def require(self, scope: Scope) -> None:
        """Raises Forbidden when this kind of key may not do that."""
        if scope not in SCOPES[self.role]:
            raise Forbidden(f"This is beyond a key of the role '{self.role}'.")

    def its_tenant(self) -> TenantId:
        """The tenant that the key belongs to. Raises Forbidden for the platform's own keys."""
        if self.tenant is None:
            raise Forbidden("This key belongs to no tenant. Use a tenant's secret key.")
        return self.tenant


@dataclass(frozen=True, slots=True)
class Authenticator:
    """Turns an Authorization header into a principal: the one piece of code that does."""

    keys: Keys
    platform_keys: PlatformKeys
    visitor_tokens: VisitorTokens

    def principal(self, authorization: str | None) -> Principal:
        """Who holds this ``Bearer`` key or visitor's token.

        Raises Unauthenticated for none, an unknown or a revoked one, and when a session is over.
        """
        if not authorization or not authorization.lower().startswith(_BEARER):
            raise Unauthenticated("Send your key as 'Authorization: Bearer <key>'.")
        text = authorization[len(_BEARER) :].strip()
        if text.startswith(PREFIX):
            session = self.visitor_tokens.read(text)
            return Principal(Role.VISITOR, session.tenant, session.key, session.visitor)
        presented = hash_key(text)
        if key := self.keys.by_hash(presented):
            return Principal(role=key.role, tenant=key.tenant, key=key.id)
        for role, platform_hash in self.platform_keys.hashes().items():
            if secrets.compare_digest(platform_hash, presented):
                return Principal(role=role)
        raise Unauthenticated("This key is not known. Check it, or create a new one.")


class CachedKeys:
    """Keys looked up once a minute. Safe for threads.

    Unknown hashes are remembered apart, for seconds only, so that guesses can neither evict the
    known ones nor reach the table each time.
    """

    def __init__(self, keys: Keys, now: Clock) -> None:
        self._keys = keys
        self._now = now
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[datetime, Key]] = OrderedDict()
        self._unknown: OrderedDict[str, datetime] = OrderedDict()

    def by_hash(self, key_hash: str) -> Key | None:
        """The key with this hash, at most 60 seconds old."""
        now = self._now()
        with self._lock:
            if (known := self._known.get(key_hash)) and now < known[0]:
                return known[1]
            if (until := self._unknown.get(key_hash)) and now < until:
                return None
        key = self._keys.by_hash(key_hash)
        with self._lock:
            self._forget(key_hash)
            if key is None:
                _remember(self._unknown, key_hash, now + _UNKNOWN_FOR)
            else:
                _remember(self._known, key_hash, (now + KNOWN_FOR, key))
        return key

    def add(self, key: Key) -> None:
        """Writes a new key."""
        self._keys.add(key)
        with self._lock:
            self._forget(key.hash)

    def of_tenant(self, tenant: TenantId) -> Sequence[Key]:
        """All keys of a tenant, never from memory."""
        return self._keys.of_tenant(tenant)

    def revoke(self, tenant: TenantId, key: KeyId) -> None:
        """Revokes a key; this process believes it no longer."""
        self._keys.revoke(tenant, key)
        with self._lock:
            for key_hash in [h for h, (_, known) in self._known.items() if known.id == key]:
                self._forget(key_hash)

    def _forget(self, key_hash: str) -> None:
        self._known.pop(key_hash, None)
        self._unknown.pop(key_hash, None)


def _remember(memory: OrderedDict[str, Remembered], key_hash: str, value: Remembered) -> None:
    memory[key_hash] = value
    while len(memory) > _MOST_REMEMBERED:
        memory.popitem(last=False)
