"""Identifiers: they carry their kind, sort by time and can't be guessed."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import NewType

TenantId = NewType("TenantId", str)
DocumentId = NewType("DocumentId", str)
ConversationId = NewType("ConversationId", str)
TurnId = NewType("TurnId", str)
KeyId = NewType("KeyId", str)
EventId = NewType("EventId", str)
ActionId = NewType("ActionId", str)
WebhookId = NewType("WebhookId", str)
VisitorId = NewType("VisitorId", str)

Chance = Callable[[int], bytes]
"""A source of n random bytes."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_TIME_BITS, _RANDOM_BITS = 48, 80
_LENGTH = 26


def new_id(kind: str, now: datetime, chance: Chance = secrets.token_bytes) -> str:
    """``kind`` + ``_`` + a ULID in lower case: 48 bits of milliseconds, 80 bits of chance.

    Source: the ULID specification, https://github.com/ulid/spec.
    """
    milliseconds = int(now.timestamp() * 1000) & ((1 << _TIME_BITS) - 1)
    value = (milliseconds << _RANDOM_BITS) | int.from_bytes(chance(_RANDOM_BITS // 8))
    return f"{kind}_{_base32(value, length=_LENGTH)}"


def is_id(kind: str, text: str) -> bool:
    """Whether a text has the form of such an id; what has not can be nobody's."""
    prefix, _, body = text.partition("_")
    return prefix == kind and len(body) == _LENGTH and set(body) <= set(_ALPHABET)


def _base32(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
