"""Where usage and what is made of it lie: what item_keys.py is for the other tables.

Ledger          TENANT#<tenant>#USAGE#<2026-11>#<s>  <event>
                TENANT#<tenant>#EVENT                <event>
                TENANT#<tenant>#CORRECTIONS#<event>  <number>
                TENANT#<tenant>#CHARGES#<2026-11>    <charge>
Books           TENANT#<tenant>#UNPOSTED#<shard>     <event>
                TENANT#<tenant>#BOOKS#<2026-11>      SHARD#<shard>
                TENANT#<tenant>#LATE_INTO#<2026-12>  <event>
                TENANT#<tenant>#LATE_OUT#<2026-11>   <event>
                TENANT#<tenant>#DAYS                 <2026-11-30>#<shard>
                TENANT#<tenant>                      STATEMENT#<2026-11>
                PERIODS                              <2026-11>
                INVOICES                             <number, twelve digits>
                RECONCILIATIONS                      <reconciliation>
                EXPORTS                              <export>
"""

from datetime import date

from helpdesk.adapters.dynamodb.item_keys import ItemKey, tenant_partition
from helpdesk.billing.exports import ExportId
from helpdesk.billing.reconciliation import ReconciliationId
from helpdesk.ids import EventId, TenantId
from helpdesk.usage import shard_of

STATEMENTS = "STATEMENT#"

PERIODS = "PERIODS"
"""Where the closes of periods lie: they are of all tenants."""

INVOICES = "INVOICES"
"""Where it is said whose an invoice's number is: the numbers of all tenants are one sequence."""

EXPORTS = "EXPORTS"
"""Where the export jobs lie: they are the platform's."""


def usage_partition(tenant: TenantId, period: str, shard: int) -> str:
    """Where the usage events of a shard of a tenant's period lie."""
    return f"{tenant_partition(tenant)}#USAGE#{period}#{shard}"


def usage_key(tenant: TenantId, period: str, event: EventId) -> ItemKey:
    """A usage event, by the period in which its fact happened."""
    return ItemKey(usage_partition(tenant, period, shard_of(event)), event)


def is_usage(pk: str) -> bool:
    """Whether usage events lie in a partition."""
    return "#USAGE#" in pk


def event_key(tenant: TenantId, event: EventId) -> ItemKey:
    """The mark that an event was recorded, in whatever period."""
    return ItemKey(f"{tenant_partition(tenant)}#EVENT", event)


def corrections_partition(tenant: TenantId, event: EventId) -> str:
    """Where it lies which events correct an event."""
    return f"{tenant_partition(tenant)}#CORRECTIONS#{event}"


def correction_key(tenant: TenantId, event: EventId, number: int) -> ItemKey:
    """A correction of an event; numbers count from 1 and sort as texts."""
    return ItemKey(corrections_partition(tenant, event), f"{number:06}")


def unposted_partition(tenant: TenantId, shard: int) -> str:
    """Where the notes lie of a shard's events that are in no account yet."""
    return f"{tenant_partition(tenant)}#UNPOSTED#{shard}"


def unposted_key(tenant: TenantId, event: EventId) -> ItemKey:
    """The note that an event is in no account yet."""
    return ItemKey(unposted_partition(tenant, shard_of(event)), event)


def totals_key(tenant: TenantId, period: str, shard: int) -> ItemKey:
    """The accounts of a shard of a tenant's period."""
    return ItemKey(f"{tenant_partition(tenant)}#BOOKS#{period}", f"SHARD#{shard}")


def late_into_partition(tenant: TenantId, period: str) -> str:
    """Where it lies which events of earlier periods were posted to a period."""
    return f"{tenant_partition(tenant)}#LATE_INTO#{period}"


def late_out_partition(tenant: TenantId, period: str) -> str:
    """Where it lies which events of a period were posted to a later one."""
    return f"{tenant_partition(tenant)}#LATE_OUT#{period}"


def days_partition(tenant: TenantId) -> str:
    """Where the counts of a tenant's days lie."""
    return f"{tenant_partition(tenant)}#DAYS"


def day_key(tenant: TenantId, day: date, shard: int) -> ItemKey:
    """A shard's counts of a day; days sort as texts."""
    return ItemKey(days_partition(tenant), f"{day}#{shard}")


def charges_partition(tenant: TenantId, period: str) -> str:
    """Where the charges of a tenant's closed period lie."""
    return f"{tenant_partition(tenant)}#CHARGES#{period}"


def charge_key(tenant: TenantId, period: str, charge: EventId) -> ItemKey:
    """A charge."""
    return ItemKey(charges_partition(tenant, period), charge)


def period_key(period: str) -> ItemKey:
    """The close of a period."""
    return ItemKey(PERIODS, period)


def statement_key(tenant: TenantId, period: str) -> ItemKey:
    """What a tenant owes for a closed period."""
    return ItemKey(tenant_partition(tenant), f"{STATEMENTS}{period}")


def invoice_key(place: int) -> ItemKey:
    """Whose the number of that place is; places count from 1 and sort as texts."""
    return ItemKey(INVOICES, f"{place:012}")


def reconciliation_key(reconciliation: ReconciliationId) -> ItemKey:
    """A reconciliation that somebody asked for."""
    return ItemKey("RECONCILIATIONS", reconciliation)


def export_key(export: ExportId) -> ItemKey:
    """An export job."""
    return ItemKey(EXPORTS, export)
