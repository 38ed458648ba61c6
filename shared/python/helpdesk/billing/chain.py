"""The hash chain over closed periods: each record holds the SHA-256 of the one before.

A record is canonical JSON: keys in order, no spaces, UTF-8, and a field without a value is left
out, so that a field that is added one day changes no record that was written before. Whoever has
the files of the archive can check the chain with ``sha256sum``.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from helpdesk.billing.periods import next_period
from helpdesk.billing.statements import PeriodClose, Statement
from helpdesk.clock import rfc3339

GENESIS = "0" * 64
"""What the first record holds in place of the one before."""


def record_of(close: PeriodClose) -> bytes:
    """The record of a close, as it lies in the archive; its own SHA-256 is not in it."""
    fields = asdict(replace(close, sha256=None))
    del fields["status"]
    return _canonical(fields)


def sealed(close: PeriodClose) -> PeriodClose:
    """The close with the SHA-256 of its record."""
    return replace(close, sha256=hashlib.sha256(record_of(close)).hexdigest())


def sha256_of(statements: Iterable[Statement]) -> str:
    """The SHA-256 of statements, each a line of canonical JSON."""
    digest = hashlib.sha256()
    for statement in statements:
        digest.update(_canonical(asdict(statement)) + b"\n")
    return digest.hexdigest()


def verify(closes: Sequence[PeriodClose]) -> str | None:
    """The first period whose record, or place behind the one before, is not as it was sealed.

    ``closes`` are all of them, in order; None when the chain holds.
    """
    before: PeriodClose | None = None
    for close in closes:
        if sealed(close).sha256 != close.sha256 or not _follows(close, before):
            return close.period
        before = close
    return None


def _follows(close: PeriodClose, before: PeriodClose | None) -> bool:
    if before is None:
        return close.previous_sha256 == GENESIS
    in_order = close.period == next_period(before.period)
    return in_order and close.previous_sha256 == before.sha256


def _canonical(fields: dict[str, Any]) -> bytes:
    text = json.dumps(
        _without_none(fields),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        default=_moment,
    )
    return text.encode()


def _without_none(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_none(each) for name, each in value.items() if each is not None}
        case list() | tuple():
            return [_without_none(each) for each in value]
        case _:
            return value


def _moment(value: date) -> str:
    return rfc3339(value) if isinstance(value, datetime) else value.isoformat()
