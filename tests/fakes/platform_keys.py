"""The platform's own keys, in memory."""

from collections.abc import Mapping

from helpdesk.keys import Role, hash_key, mint_key


class MemoryPlatformKeys:
    """A key for each platform role; the keys themselves are ``operator`` and ``finance``."""

    def __init__(self) -> None:
        self.operator, self.finance = mint_key(Role.OPERATOR), mint_key(Role.FINANCE)

    def hashes(self) -> Mapping[Role, str]:
        """The hash of each platform role's key."""
        return {Role.OPERATOR: hash_key(self.operator), Role.FINANCE: hash_key(self.finance)}
