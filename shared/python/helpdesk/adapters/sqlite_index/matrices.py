"""The tenants' vectors in memory, kept in step with their files."""

import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from helpdesk.ids import TenantId
from helpdesk.passages import Vector

MAX_BYTES = 512 * 1024 * 1024

_STORED = np.dtype("<f2")
"""Half precision halves the file and moves no passage in the ranking."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The vectors of one tenant and model at one moment; row i belongs to passage ``ids[i]``."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    last_added: int
    last_removed: int

    def nearest(self, vector: Vector, limit: int) -> Sequence[tuple[int, float]]:
        """The ids and cosines of the nearest vectors, best first."""
        # Not "@": its threads fight with other searches for the processors, 3 times as slow.
        cosines = np.vecdot(self.vectors, np.asarray(vector, dtype=np.float32))
        places = np.arange(len(cosines))
        if limit < len(cosines):
            places = np.argpartition(-cosines, limit)[:limit]
        places = places[np.argsort(-cosines[places], kind="stable")]
        return list(zip(self.ids[places].tolist(), cosines[places].tolist(), strict=True))


class Matrices:
    """Serves matrices that are exactly as new as the transaction that asks for them.

    What was added and removed since is read, not everything. Above ``max_bytes`` the least
    recently used are dropped.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._kept: OrderedDict[tuple[TenantId, str, int], Matrix] = OrderedDict()
        self._lock = Lock()

    def get(
        self, connection: sqlite3.Connection, tenant: TenantId, model: str, dimensions: int
    ) -> Matrix:
        """All vectors of this model and length that the connection's transaction sees."""
        key = (tenant, model, dimensions)
        with self._lock:
            kept = self._kept.get(key)
        matrix = _refreshed(kept, connection, model, dimensions)
        self._keep(key, matrix)
        return matrix

    def _keep(self, key: tuple[TenantId, str, int], matrix: Matrix) -> None:
        with self._lock:
            self._kept[key] = matrix
            self._kept.move_to_end(key)
            size = sum(kept.vectors.nbytes for kept in self._kept.values())
            while size > self._max_bytes and len(self._kept) > 1:
                size -= self._kept.popitem(last=False)[1].vectors.nbytes


def packed(vector: Vector) -> bytes:
    """A vector as the file holds it."""
    return np.asarray(vector, dtype=_STORED).tobytes()


def _refreshed(
    kept: Matrix | None, connection: sqlite3.Connection, model: str, dimensions: int
) -> Matrix:
    # The sequences behind the two AUTOINCREMENT ids only ever grow.
    last = dict(connection.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    added, removed = last.get("passages", 0), last.get("removals", 0)
    if kept and (kept.last_added, kept.last_removed) == (added, removed):
        return kept
    remaining = _remaining(kept, connection, removed) if kept and kept.last_added <= added else None
    if kept is None or remaining is None:
        return Matrix(*_rows(connection, model, dimensions, after_id=0), added, removed)
    ids, vectors = _rows(connection, model, dimensions, kept.last_added)
    return Matrix(
        np.concatenate((kept.ids[remaining], ids)),
        np.concatenate((kept.vectors[remaining], vectors)),
        added,
        removed,
    )


def _remaining(
    kept: Matrix, connection: sqlite3.Connection, removed: int
) -> NDArray[np.bool_] | None:
    """Which of its rows are still there. None when the file no longer knows."""
    rows = connection.execute(
        "SELECT passage FROM removals WHERE id > ?", (kept.last_removed,)
    ).fetchall()
    if len(rows) != removed - kept.last_removed:
        return None
    return ~np.isin(kept.ids, [passage for (passage,) in rows])


def _rows(
    connection: sqlite3.Connection, model: str, dimensions: int, after_id: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    rows = connection.execute(
        "SELECT id, vector FROM passages"
        " WHERE id > ? AND model = ? AND length(vector) = ? ORDER BY id",
        (after_id, model, dimensions * _STORED.itemsize),
    ).fetchall()
    ids = np.fromiter((id_ for id_, _ in rows), dtype=np.int64, count=len(rows))
    flat = np.frombuffer(b"".join(vector for _, vector in rows), dtype=_STORED)
    return ids, flat.reshape(len(rows), dimensions).astype(np.float32)
