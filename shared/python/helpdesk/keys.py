"""Keys: their kinds, how they are made, and what is kept of them."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from helpdesk.ids import Chance, KeyId, TenantId

_KEY_BYTES = 32


class Role(StrEnum):
    """The kinds of key; a visitor's is a token that is signed instead of kept."""

    SECRET = "secret"
    PUBLISHABLE = "publishable"
    VISITOR = "visitor"
    OPERATOR = "operator"
    FINANCE = "finance"


PREFIXES: dict[Role, str] = {
    Role.SECRET: "hd_sk_",
    Role.PUBLISHABLE: "hd_pk_",
    Role.VISITOR: "hd_vt_",
    Role.OPERATOR: "hd_op_",
    Role.FINANCE: "hd_fin_",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A tenant's key as it is stored: never the key itself, only its hash."""

    id: KeyId
    tenant: TenantId
    role: Role
    hash: str
    hint: str
    created_at: datetime


def mint_key(role: Role, chance: Chance = secrets.token_bytes) -> str:
    """A new key: its role's prefix and 256 bits of chance. Shown once, kept as a hash."""
    body = base64.urlsafe_b64encode(chance(_KEY_BYTES)).decode().rstrip("=")
    return PREFIXES[role] + body.replace("-", "a").replace("_", "b")


def hash_key(key: str) -> str:
    """SHA-256 of a key. No salt and no stretching: a key holds 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def hint_of(key: str) -> str:
    """Enough of a key to tell it from others in a list: prefix and last four characters."""
    return f"{key[: key.rindex('_') + 1]}…{key[-4:]}"
