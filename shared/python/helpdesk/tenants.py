"""Tenants: the companies that sign up, and the settings that they choose."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from helpdesk.ids import TenantId


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a tenant decides about its agent; ``version`` counts the changes.

    ``signing_version`` says which of its signing secrets holds, since ``signing_rotated_at``.
    """

    persona: str = "a friendly, precise support agent"
    languages: tuple[str, ...] = ("en",)
    allowed_origins: tuple[str, ...] = ()
    retention_days: int = 365
    signing_version: int = 1
    signing_rotated_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Tenant:
    """One company. Everything else is reached through its id."""

    id: TenantId
    name: str
    email: str
    plan: str
    created_at: datetime
    settings: TenantSettings = field(default_factory=TenantSettings)

    def with_settings(self, settings: TenantSettings) -> "Tenant":
        """The tenant after a change of settings: the version moves on by one."""
        return replace(self, settings=replace(settings, version=self.settings.version + 1))
