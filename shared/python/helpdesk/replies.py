"""First answers to requests that carry an idempotency key, kept to be repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

KEPT_FOR = timedelta(hours=25)
"""How long a first answer is repeated: the promised 24 hours, and some for lost clocks."""


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that is to have one answer however often it is sent.

    ``scope`` is whose key it is: two tenants may use the same. ``content`` tells this request from
    another one under the same key. ``secret``: the answer must not lie anywhere in clear.
    """

    scope: str
    key: str
    content: Mapping[str, Any]
    secret: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and whether it is a repetition of the first one."""

    body: Mapping[str, Any]
    repeated: bool
