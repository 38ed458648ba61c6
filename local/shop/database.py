"""The shop's one SQLite file. A transaction holds the only pen from its beginning."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from local.shop.seed import ORDERS

_WAIT_SECONDS = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id TEXT PRIMARY KEY, customer TEXT NOT NULL, status TEXT NOT NULL, status_before TEXT,
    placed_on TEXT NOT NULL, total_cents INTEGER NOT NULL, tracking TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS items (
    order_id TEXT NOT NULL REFERENCES orders, name TEXT NOT NULL, quantity INTEGER NOT NULL,
    price_cents INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refunds (
    number INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL REFERENCES orders,
    cents INTEGER NOT NULL CHECK (cents > 0), reason TEXT, key TEXT, at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS shipment_changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, order_id TEXT NOT NULL REFERENCES orders,
    change TEXT NOT NULL, key TEXT, at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS outcomes (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL
) STRICT;
"""


class Database:
    """Opens the file, with its tables and the first orders where it is new."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        with self.transaction() as connection:
            if connection.execute("SELECT 1 FROM orders").fetchone() is None:
                _fill(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing. Nobody else writes meanwhile."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def _fill(connection: sqlite3.Connection) -> None:
    for order in ORDERS:
        connection.execute(
            "INSERT INTO orders VALUES (?, ?, ?, NULL, ?, ?, ?)",
            (
                order.id,
                order.customer,
                order.status,
                order.placed_on,
                order.total_cents,
                order.tracking,
            ),
        )
        connection.executemany(
            "INSERT INTO items VALUES (?, ?, ?, ?)",
            [(order.id, item.name, item.quantity, item.price_cents) for item in order.items],
        )
