"""Export files by DuckDB: rows become CSV, Parquet and FOCUS, and are added up from them again."""

from helpdesk.adapters.duckdb_export_files.part_files import DuckDBPartFiles
from helpdesk.adapters.duckdb_export_files.sums import DuckDBExportSums

__all__ = ["DuckDBExportSums", "DuckDBPartFiles"]
