"""DuckDB, held to little memory and to one order of rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY = "256MB"


@contextmanager
def database(spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory, which spills into a folder.

    One thread, and rows in the order in which they were read: the bytes of what it writes follow
    from the rows alone. It loads no extension, for that would be a download.
    """
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": 1,
            "memory_limit": MEMORY,
            "temp_directory": str(spill),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        connection.execute("SET TimeZone = 'UTC'")
        # After two seconds it would write a bar into the function's log.
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def quoted(path: Path) -> str:
    """A path as SQL takes it."""
    return "'" + str(path).replace("'", "''") + "'"
