"""A run as tables."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from benchmarks.kills.run import Ended
from benchmarks.kills.wishes import KINDS


def tables(ended: Ended) -> Sequence[Table]:
    """What the killed were doing, and what became of the actions."""
    return [_kills(ended), _outcomes(ended)]


def _kills(ended: Ended) -> Table:
    table = Table(title="Killed, by what it was doing")
    table.add_column("process")
    table.add_column("doing")
    table.add_column("kills", justify="right")
    for (role, doing), times in sorted(ended.kills.items(), key=lambda each: -each[1]):
        table.add_row(role, doing, str(times))
    return table


def _outcomes(ended: Ended) -> Table:
    table = Table(title="What became of the actions")
    for column in ("tool", "outcome"):
        table.add_column(column)
    for column in ("actions", "paid", "attempts"):
        table.add_column(column, justify="right")
    counts: Counter[tuple[str, str]] = Counter()
    paid: Counter[tuple[str, str]] = Counter()
    attempts: Counter[tuple[str, str]] = Counter()
    for action in ended.found.actions:
        row = (action.tool.name, action.status.value)
        counts[row] += 1
        paid[row] += ended.found.paid[action.id]
        attempts[row] += action.attempts
    for row in sorted(counts, key=lambda row: (list(KINDS).index(row[0]), row[1])):
        table.add_row(*row, str(counts[row]), str(paid[row]), str(attempts[row]))
    return table
