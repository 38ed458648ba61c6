"""The columns of CSV and Parquet in SQL: as rows come, as they are written, and as they are read."""

from collections.abc import Mapping

from helpdesk.billing.export_rows import COLUMNS, ColumnKind, ExportRow

_TYPES: Mapping[ColumnKind, str] = {
    "text": "VARCHAR",
    "moment": "TIMESTAMPTZ",
    "integer": "BIGINT",
    "money": "DECIMAL(18, 6)",
    "yes_no": "BOOLEAN",
}
_MICROS = "_micros"

# What a spreadsheet takes for a formula, the full-width signs included; a plain number is none.
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_NUMBER = r"[+-]?\d+(\.\d+)?"

TYPES = {name: _TYPES[kind] for name, kind in COLUMNS.items()}
"""The type of each column of a file."""

RAW_TYPES = {
    field: "BIGINT" if field.endswith(_MICROS) else TYPES[field] for field in ExportRow._fields
}
"""The type of each field of a row: money is still in micros."""

AS_PARQUET = ", ".join(
    f"({field} * 0.000001::DECIMAL(7, 6))::{TYPES[field.removesuffix(_MICROS)]}"
    f" AS {field.removesuffix(_MICROS)}"
    if field.endswith(_MICROS)
    else field
    for field in ExportRow._fields
)
"""What makes the columns of a file out of a row's fields."""


def _as_text(name: str, kind: ColumnKind) -> str:
    match kind:
        case "text":
            formula = (
                f"regexp_matches({name}, '{_FORMULA}')"
                f" AND NOT regexp_full_match({name}, '{_NUMBER}')"
            )
            return f"CASE WHEN {formula} THEN '''' || {name} ELSE {name} END AS {name}"
        case "moment":
            return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%gZ') AS {name}"
        case _:
            return name


AS_CSV = ", ".join(_as_text(name, kind) for name, kind in COLUMNS.items())
"""What makes the cells of CSV out of the columns: no text of a tenant's runs as a formula."""


def csv_reader(
    files: str, types: Mapping[str, str], *, header: bool, compression: str = "none"
) -> str:
    """What reads CSV files of these columns, guessing nothing, not even from the files' names."""
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items())
    return (
        f"read_csv({files}, columns = {{{columns}}}, header = {header}, auto_detect = false,"
        """ delim = ',', quote = '"', escape = '"', new_line = '\\n',"""
        f" compression = '{compression}')"
    )
