"""A key is acted on once: its first outcome is kept in the transaction that acts, and given again.

Refusals are kept, too: a caller that asks again learns what happened, not what would happen now.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.shop.database import Database
from local.shop.outcomes import Outcome, refusal


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants done: where, with which body, under which key, and when."""

    path: str
    body: Mapping[str, Any]
    key: str | None
    at: datetime

    @property
    def fingerprint(self) -> str:
        """The same for the same request, in whatever order its fields come."""
        text = json.dumps([self.path, self.body], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


Act = Callable[[sqlite3.Connection, Ask], Outcome]


def once(database: Database, ask: Ask, act: Act) -> Outcome:
    """The outcome of acting, or the first outcome of the key; 422 for a key with another body."""
    with database.transaction() as connection:
        if ask.key is None:
            return act(connection, ask)
        query = "SELECT * FROM outcomes WHERE key = ?"
        if first := connection.execute(query, (ask.key,)).fetchone():
            if first["fingerprint"] != ask.fingerprint:
                return refusal(422, "key_reused", "This key came with another request before.")
            return _kept(first)
        outcome = act(connection, ask)
        connection.execute(
            "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?)",
            (
                ask.key,
                ask.path,
                ask.fingerprint,
                outcome.status,
                json.dumps(outcome.body),
                ask.at.isoformat(),
            ),
        )
        return outcome


def first_outcome(database: Database, path: str, key: str) -> Outcome:
    """What became of a key, or 404."""
    with database.transaction() as connection:
        query = "SELECT * FROM outcomes WHERE key = ? AND path = ?"
        row = connection.execute(query, (key, path)).fetchone()
    return _kept(row) if row else refusal(404, "key_not_seen", "This key never came.")


def _kept(row: sqlite3.Row) -> Outcome:
    return Outcome(row["status"], json.loads(row["body"]), replayed=True)
