"""How far an audit has come: a large month needs more time than one run of a function has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter

from helpdesk.billing.reconciliation import Difference, Source, Sums
from helpdesk.ids import TenantId


@dataclass(slots=True)
class AuditProgress:
    """What was found so far, and where to go on: the books are read of the tenants up to ``after``
    and, of ``tenant``, of so many ``shards``; then so many ``files``."""

    as_of: datetime
    after: TenantId | None = None
    tenant: TenantId | None = None
    shards: int = 0
    files: int = 0
    micros: dict[Source, dict[TenantId, dict[str, int]]] = field(
        default_factory=lambda: {"ledger": {}, "fold": {}}
    )
    differences: list[Difference] = field(default_factory=list)
    unsettled: list[TenantId] = field(default_factory=list)

    def begin(self, tenant: TenantId) -> int:
        """Goes to a tenant's books. Returns how many shards of it were read before."""
        if self.tenant != tenant:
            self.tenant, self.shards = tenant, 0
            # Somebody may have come in front of a tenant that was half read.
            for by_tenant in self.micros.values():
                by_tenant.pop(tenant, None)
        return self.shards

    def add(self, found: Mapping[Source, Sums]) -> None:
        """Adds what sources say."""
        for source, sums in found.items():
            by_tenant = self.micros.setdefault(source, {})
            for (tenant, currency), micros in sums.items():
                of_tenant = by_tenant.setdefault(tenant, {})
                of_tenant[currency] = of_tenant.get(currency, 0) + micros

    def sums(self) -> dict[Source, Sums]:
        """What each source has said."""
        return {
            source: {
                (tenant, currency): micros
                for tenant, of_tenant in by_tenant.items()
                for currency, micros in of_tenant.items()
            }
            for source, by_tenant in self.micros.items()
        }


_PROGRESS = TypeAdapter(AuditProgress)


def progress_json(progress: AuditProgress) -> bytes:
    """It, to be kept."""
    return _PROGRESS.dump_json(progress)


def progress_of(content: bytes) -> AuditProgress:
    """What was kept."""
    return _PROGRESS.validate_json(content)
