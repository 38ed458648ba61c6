"""A folder of SQLite files, one per tenant, with a pool of open connections."""

import hashlib
import os
import sqlite3
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock

from helpdesk.errors import Unavailable
from helpdesk.ids import TenantId

BUSY_SECONDS = 10.0
MAX_IDLE_CONNECTIONS = 64

_PASSING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
"""What may be over when it is tried again; the low byte of SQLite's error codes."""

_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    page INTEGER,
    model TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (document, version, position)
);
CREATE VIRTUAL TABLE words USING fts5 (
    heading, text, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TABLE removals (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    passage INTEGER NOT NULL
);
"""


class TenantFiles:
    """Opens the file of a tenant, for reading or for writing. Safe across threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: list[tuple[TenantId, sqlite3.Connection]] = []
        self._lock = Lock()
        weakref.finalize(self, _close_all, self._idle)

    def exists(self, tenant: TenantId) -> bool:
        """Whether anything was ever written for this tenant."""
        return self._path(tenant).exists()

    @contextmanager
    def reading(self, tenant: TenantId) -> Iterator[sqlite3.Connection]:
        """One consistent view of an existing file. Raises Unavailable when it stays locked."""
        with self._transaction(tenant, "BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self, tenant: TenantId) -> Iterator[sqlite3.Connection]:
        """One transaction, kept whole or not at all. Raises Unavailable when the file is locked."""
        if not self.exists(tenant):
            self._create(tenant)
        with self._transaction(tenant, "BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, tenant: TenantId, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._take(tenant)
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                connection.close()  # rolls back
                raise
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _PASSING:
                raise
            raise Unavailable("The search index is busy. Try again.") from error
        self._give_back(tenant, connection)

    def _take(self, tenant: TenantId) -> sqlite3.Connection:
        with self._lock:
            for place, (owner, connection) in reversed(list(enumerate(self._idle))):
                if owner == tenant:
                    del self._idle[place]
                    return connection
        return _open(self._path(tenant))

    def _give_back(self, tenant: TenantId, connection: sqlite3.Connection) -> None:
        with self._lock:
            self._idle.append((tenant, connection))
            oldest = self._idle.pop(0)[1] if len(self._idle) > MAX_IDLE_CONNECTIONS else None
        if oldest:
            oldest.close()

    def _create(self, tenant: TenantId) -> None:
        """Builds the file aside and links it into place: nobody ever opens half a schema."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
        os.close(descriptor)
        try:
            with closing(_open(Path(name))) as connection:
                connection.executescript(_SCHEMA)
            with suppress(FileExistsError):  # another process was faster
                os.link(name, self._path(tenant))
        finally:
            os.unlink(name)

    def _path(self, tenant: TenantId) -> Path:
        # A hash: whatever a tenant's id holds, it can't name another file or leave the folder.
        return self._folder / f"{hashlib.sha256(tenant.encode()).hexdigest()[:40]}.sqlite"


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )


def _close_all(idle: list[tuple[TenantId, sqlite3.Connection]]) -> None:
    for _, connection in idle:
        connection.close()
