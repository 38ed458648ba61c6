"""The files of a part: rows into Parquet, and from that CSV and FOCUS."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Copy:
    """How a format is written: under which name, of which columns, with which options."""

    format: ExportFormat
    name: str
    columns: str
    options: str


# A group of rows is held in memory until it is whole: so many fit with a thousand characters each.
_AS_PARQUET_FILE = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720"
_PARQUET = _Copy("parquet", "rows.parquet", AS_PARQUET, _AS_PARQUET_FILE)
_CSV = _Copy("csv", "rows.csv.gz", AS_CSV, "FORMAT csv, COMPRESSION gzip, HEADER")
_FOCUS = _Copy("focus", "focus.parquet", AS_FOCUS, _AS_PARQUET_FILE)


class DuckDBPartFiles:
    """Writes parts with little memory: rows reach DuckDB through a plain file on disk."""

    def write(self, rows: Iterable[ExportRow], folder: Path) -> Sequence[PartFile]:
        """Writes the rows into an empty folder, a file for each format, reading them once.

        The same rows give the same bytes.
        """
        raw = folder / "raw.csv"
        with raw.open("w", newline="", encoding="utf-8") as file:
            # A row is a tuple: the loop is in C.
            csv.writer(file).writerows(rows)
        source = csv_reader(
            quoted(raw), RAW_TYPES, header=False, line_end=r"\r\n", compression="none"
        )
        with database(folder) as connection:
            parquet = _file(connection, _PARQUET, source, folder)
            source = f"read_parquet({quoted(parquet.path)})"
            return [
                _file(connection, _CSV, source, folder),
                parquet,
                _file(connection, _FOCUS, source, folder),
            ]

    def versions(self) -> Mapping[str, str]:
        """What the bytes depend on beside the rows: the writers and their versions."""
        return {"duckdb": duckdb.__version__}


def _file(
    connection: duckdb.DuckDBPyConnection, copy: _Copy, source: str, folder: Path
) -> PartFile:
    path = folder / copy.name
    ((rows,),) = connection.execute(
        f"COPY (SELECT {copy.columns} FROM {source}) TO {quoted(path)} ({copy.options})"  # noqa: S608
    ).fetchall()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return PartFile(copy.format, path, rows, digest, path.stat().st_size)
