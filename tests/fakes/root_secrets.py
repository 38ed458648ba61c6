"""The root of all signatures, in memory."""

import secrets

from helpdesk.roots import Roots


class MemoryRootSecrets:
    """A random root; ``replace`` puts another before it."""

    def __init__(self) -> None:
        self._roots = Roots(secrets.token_bytes(32))

    def roots(self) -> Roots:
        """The roots that hold."""
        return self._roots

    def replace(self) -> None:
        """Makes a new root; the one until now becomes the previous one."""
        self._roots = Roots(secrets.token_bytes(32), self._roots.current)

    def forget_previous(self) -> None:
        """Ends a replacement: the previous root holds no longer."""
        self._roots = Roots(self._roots.current)
