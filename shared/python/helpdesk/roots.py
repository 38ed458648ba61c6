"""The platform's root secret: nothing is signed with it, all that signs is derived from it."""

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Roots:
    """The root that holds, and while it is being replaced the one before; ``repr`` shows none."""

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)

    def derived(self, label: str) -> tuple[bytes, ...]:
        """What each root gives for a label: the current one's first."""
        roots = (self.current, self.previous) if self.previous else (self.current,)
        return tuple(mac(root, label.encode()) for root in roots)


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, message, hashlib.sha256)
