"""The files of a part: rows into Parquet, and from that CSV and FOCUS."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from helpdesk.adapters.duckdb_export_files.columns import (
    AS_CSV,
    AS_PARQUET,
    RAW_TYPES,
    csv_reader,
)
from helpdesk.adapters.duckdb_export_files.database import database, quoted
from helpdesk.adapters.duckdb_export_files.focus import AS_FOCUS
from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.exports import ExportFormat, PartFile

_PARQUET = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
_CSV = "FORMAT csv, COMPRESSION gzip, HEADER"


class DuckDBPartFiles:
    """Writes parts with little memory: rows reach DuckDB through a plain file on disk."""

    def write(self, rows: Iterable[ExportRow], folder: Path) -> Sequence[PartFile]:
        """Writes the rows into an empty folder, a file for each format, reading them once.

        The same rows give the same bytes.
        """
        raw = folder / "raw.csv"
        with raw.open("w", newline="", encoding="utf-8") as file:
            # A row is a tuple: the loop is in C.
            csv.writer(file, lineterminator="\n").writerows(rows)
        paths: dict[ExportFormat, Path] = {
            "csv": folder / "rows.csv.gz",
            "parquet": folder / "rows.parquet",
            "focus": folder / "focus.parquet",
        }
        from_raw = csv_reader(quoted(raw), RAW_TYPES, header=False)
        from_parquet = f"read_parquet({quoted(paths['parquet'])})"
        with database(folder) as connection:
            copies: Sequence[tuple[ExportFormat, str, str, str]] = (
                ("parquet", AS_PARQUET, from_raw, _PARQUET),
                ("csv", AS_CSV, from_parquet, _CSV),
                ("focus", AS_FOCUS, from_parquet, _PARQUET),
            )
            return [
                _file(connection, format_, paths[format_], f"SELECT {columns} FROM {source}", how)
                for format_, columns, source, how in copies
            ]

    def versions(self) -> Mapping[str, str]:
        """What the bytes depend on beside the rows: the writers and their versions."""
        return {"duckdb": duckdb.__version__}


def _file(
    connection: duckdb.DuckDBPyConnection, format: ExportFormat, path: Path, rows: str, how: str
) -> PartFile:
    written = connection.execute(f"COPY ({rows}) TO {quoted(path)} ({how})").fetchall()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return PartFile(format, path, written[0][0], digest, path.stat().st_size)
