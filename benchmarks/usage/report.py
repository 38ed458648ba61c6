"""What the run has to show, as tables."""

from collections.abc import Iterator

from rich.table import Table

from benchmarks.usage.facts import NEXT_PERIOD, PERIOD
from benchmarks.usage.run import Ended
from helpdesk.billing.exports import FORMATS
from helpdesk.money import Money


def tables(ended: Ended) -> Iterator[Table]:
    """How long it took, and what each place says."""
    yield _work(ended)
    yield _closes(ended)
    yield _sums(ended)


def _work(ended: Ended) -> Table:
    table = Table("work", "events", "seconds", "events/s", "killed")
    punctual = ended.events - ended.late
    table.add_row("written", f"{punctual:,}", *_rate(punctual, ended.loaded_seconds), "")
    for name, each in zip(("told and posted", "late ones"), ended.delivered, strict=True):
        rate = _rate(each.deliveries, each.seconds)
        table.add_row(name, f"{each.deliveries:,}", *rate, str(each.kills))
    if ended.checked:
        rate = _rate(ended.checked.events, ended.checked_seconds)
        table.add_row("checked against the ledger", f"{ended.checked.events:,}", *rate, "")
    return table


def _closes(ended: Ended) -> Table:
    table = Table("closed", "lines", "seconds", "lines/s", "killed", "peak memory", "files")
    for period, closed in ended.closed.items():
        sizes = ", ".join(f"{each} {_megabytes(closed.export.files, each)}" for each in FORMATS)
        rate = _rate(closed.export.rows, closed.seconds)
        peak = f"{closed.peak_megabytes:.0f} MB"
        table.add_row(period, f"{closed.export.rows:,}", *rate, str(closed.kills), peak, sizes)
    return table


def _sums(ended: Ended) -> Table:
    table = Table("sums", PERIOD, NEXT_PERIOD)
    sources = list(ended.reconciled[PERIOD].sums)
    for source in sources:
        said = [
            " + ".join(f"{Money(micros, key).amount()} {key}" for key, micros in sums.items())
            for sums in (ended.reconciled[period].sums[source] for period in ended.reconciled)
        ]
        table.add_row(source, *said)
    return table


def _rate(count: int, seconds: float) -> tuple[str, str]:
    return f"{seconds:.1f}", f"{count / seconds:,.0f}" if seconds else "–"


def _megabytes(files: object, format_: str) -> str:
    found = sum(file.bytes for file in files if file.format == format_)  # type: ignore[attr-defined]
    return f"{found / 2**20:.1f} MB"
