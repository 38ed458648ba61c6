"""The PassageIndex over the tenants' files."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

from helpdesk.adapters.sqlite_index.files import TenantFiles
from helpdesk.adapters.sqlite_index.matrices import Matrices, packed
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Candidate, Candidates, Passage, Vector
from helpdesk.query_terms import query_terms

KEPT_REMOVALS = 10_000
"""A process that slept through more of them reads its vectors anew."""

MAX_SCORED_ROWS = 2000
"""Ranking costs about 1 µs for each row that a word matches; this bounds a search at 2 ms."""


class SQLitePassageIndex:
    """Keeps each tenant's passages in a file of its own in ``folder``.

    Any number of threads and processes read and write; a process that is killed loses its open
    transaction and nothing else.
    """

    def __init__(self, folder: str) -> None:
        self._files = TenantFiles(Path(folder))
        self._matrices = Matrices()

    def add(self, tenant: TenantId, model: str, passages: Sequence[tuple[Passage, Vector]]) -> None:
        """Indexes passages in one transaction; doing it again changes nothing."""
        with self._files.writing(tenant) as connection:
            for passage, vector in passages:
                _put(connection, model, passage, vector)

    def search(
        self, tenant: TenantId, model: str, words: str, vector: Vector, limit: int
    ) -> Candidates:
        """The best passages by words and the best by meaning, up to ``limit`` of each."""
        if not self._files.exists(tenant):
            return Candidates(lexical=(), dense=())
        with self._files.reading(tenant) as connection:
            lexical = _by_words(connection, words, limit)
            matrix = self._matrices.get(connection, tenant, model, len(vector)) if vector else None
            dense = matrix.nearest(vector, limit) if matrix else ()
            passages = _passages(connection, {id_ for id_, _ in (*lexical, *dense)})
        return Candidates(
            lexical=[Candidate(passages[id_], score) for id_, score in lexical],
            dense=[Candidate(passages[id_], score) for id_, score in dense],
        )

    def keep_only(self, tenant: TenantId, document: DocumentId, version: int | None) -> None:
        """Removes the versions of a document before this one; with None the whole document."""
        if not self._files.exists(tenant):
            return
        with self._files.writing(tenant) as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE document = ? AND (? IS NULL OR version < ?)",
                (document, version, version),
            ).fetchall()
            _remove(connection, [id_ for (id_,) in rows])


def _put(connection: sqlite3.Connection, model: str, passage: Passage, vector: Vector) -> None:
    stored = connection.execute(
        "SELECT id, model, page, heading, text FROM passages JOIN words ON words.rowid = id"
        " WHERE document = ? AND version = ? AND position = ?",
        (passage.document, passage.version, passage.position),
    ).fetchone()
    if stored and stored[1:] == (model, passage.page, passage.heading, passage.text):
        return
    if stored:
        _remove(connection, [stored[0]])
    id_ = connection.execute(
        "INSERT INTO passages (document, version, position, page, model, vector)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            passage.document,
            passage.version,
            passage.position,
            passage.page,
            model,
            packed(vector),
        ),
    ).lastrowid
    connection.execute(
        "INSERT INTO words (rowid, heading, text) VALUES (?, ?, ?)",
        (id_, passage.heading, passage.text),
    )


def _remove(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    rows = [(id_,) for id_ in ids]
    connection.executemany("DELETE FROM words WHERE rowid = ?", rows)
    connection.executemany("DELETE FROM passages WHERE id = ?", rows)
    connection.executemany("INSERT INTO removals (passage) VALUES (?)", rows)
    connection.execute(
        "DELETE FROM removals WHERE id <= (SELECT max(id) FROM removals) - ?", (KEPT_REMOVALS,)
    )


def _by_words(
    connection: sqlite3.Connection, words: str, limit: int
) -> Sequence[tuple[int, float]]:
    query = " OR ".join(_rarest(connection, [f'"{term}"' for term in query_terms(words)]))
    if not query:
        return ()
    return connection.execute(
        "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (query, limit)
    ).fetchall()


def _rarest(connection: sqlite3.Connection, terms: Sequence[str]) -> Sequence[str]:
    """The terms that match few rows: common ones cost most and move BM25 least."""
    counted = []
    for term in terms:
        count = "SELECT count(*) FROM words WHERE words MATCH ?"
        counted.append((connection.execute(count, (term,)).fetchone()[0], term))
    matched = [(rows, term) for rows, term in sorted(counted) if rows]
    totals = accumulate(rows for rows, _ in matched)
    within = [
        term for (_, term), total in zip(matched, totals, strict=True) if total <= MAX_SCORED_ROWS
    ]
    return within or [term for _, term in matched[:1]]


def _passages(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Passage]:
    chosen = list(ids)
    rows = connection.execute(
        "SELECT id, document, version, position, text, heading, page FROM passages"  # noqa: S608
        f" JOIN words ON words.rowid = id WHERE id IN ({','.join('?' * len(chosen))})",
        chosen,
    )
    return {id_: Passage(*fields) for id_, *fields in rows}
