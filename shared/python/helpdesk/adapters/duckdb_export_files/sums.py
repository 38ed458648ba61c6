"""What the files of an export add up to, read back as their receivers would."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from helpdesk.adapters.duckdb_export_files.columns import TYPES, csv_reader
from helpdesk.adapters.duckdb_export_files.database import database, quoted
from helpdesk.billing.exports import ExportFormat
from helpdesk.ids import TenantId
from helpdesk.money import MICROS_PER_UNIT

_COLUMNS: Mapping[ExportFormat, str] = {
    "csv": "tenant_id, currency, sum(cost)",
    "parquet": "tenant_id, currency, sum(cost)",
    "focus": "BillingAccountId, BillingCurrency, sum(BilledCost)",
}


class DuckDBExportSums:
    """Adds up files of any size in little memory."""

    def sums(
        self, format: ExportFormat, files: Sequence[Path]
    ) -> Mapping[tuple[TenantId, str], int]:
        """The micros of all lines in files of one format, by tenant and currency."""
        if not files:
            return {}
        paths = f"[{', '.join(map(quoted, files))}]"
        source = f"read_parquet({paths})"
        if format == "csv":
            source = csv_reader(paths, TYPES, header=True, compression="gzip")
        query = f"SELECT {_COLUMNS[format]} FROM {source} GROUP BY 1, 2"  # noqa: S608
        with TemporaryDirectory() as spill, database(Path(spill)) as connection:
            found = connection.execute(query).fetchall()
        return {(TenantId(tenant), currency): _micros(cost) for tenant, currency, cost in found}


def _micros(cost: Decimal) -> int:
    """Exact: sums of decimals with six places have six."""
    return int(cost * MICROS_PER_UNIT)
