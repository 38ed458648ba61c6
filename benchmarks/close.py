"""What closing a month takes: seconds, memory and bytes, beside a loop that only writes a CSV.

A close states what each company owes, writes all lines as CSV, Parquet and FOCUS, issues the
invoices, reads everything back, and seals the month only if it adds up.

python -m benchmarks.close --events 1000000
"""

import argparse
import csv
import gzip
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.made_up_month import (
    PERIOD,
    TENANTS,
    FolderArchive,
    MadeUpMonth,
    MadeUpStores,
    ObservedExports,
)
from helpdesk.billing.export_rows import COLUMNS, Payer, rows_of
from helpdesk.billing.exports import FORMATS, Export, ExportId
from helpdesk.usage import SHARDS, UsageEvent

MOST_MEGABYTES = 512
_MEGABYTE = 1024 * 1024
_CLOSE, _EXPORT, _REST = "books closed", "files written", "read back, sealed"


@dataclass(frozen=True, slots=True)
class Took:
    """Other work on the machine lengthens ``seconds``, but not ``cpu_seconds``."""

    seconds: float
    cpu_seconds: float

    @classmethod
    def since_start(cls) -> "Took":
        """What the process took until now."""
        return cls(time.monotonic(), time.process_time())

    def __sub__(self, other: "Took") -> "Took":
        return Took(self.seconds - other.seconds, self.cpu_seconds - other.cpu_seconds)


@dataclass(frozen=True, slots=True)
class Figures:
    """One way of writing a month, step by step. ``sizes`` are bytes by format."""

    rows: int
    steps: Mapping[str, Took]
    peak_megabytes: float
    sizes: Mapping[str, int]


def main() -> int:
    """Prints the figures; fails when a close takes more memory than promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    close = _in_a_new_process(_closed, events)
    plain = _in_a_new_process(_plainly_written, events)
    print(f"{events:,} events, {close.rows:,} lines")
    for name, figures in (("close", close), ("plain loop", plain)):
        sizes = ", ".join(f"{key} {size / _MEGABYTE:.1f} MB" for key, size in figures.sizes.items())
        print(f"{name}: peak {figures.peak_megabytes:.0f} MB, {sizes}")
        for step, took in figures.steps.items():
            print(
                f"  {step:18} {took.seconds:8.1f} s ({took.cpu_seconds:.1f} of a processor)"
                f"  {figures.rows / took.seconds:9,.0f} lines/s"
            )
    ratio = close.steps[_EXPORT].cpu_seconds / plain.steps[_EXPORT].cpu_seconds
    print(f"three formats take {ratio:.2f} times the processor time of the plain loop")
    return close.peak_megabytes > MOST_MEGABYTES


def _in_a_new_process(work: Callable[[int], Figures], events: int) -> Figures:
    # A new one: the most memory that a process ever had can't be taken back.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (events,))


def _closed(events: int) -> Figures:
    # Loaded in the process that is measured.
    from benchmarks.closing import After, closing_exports  # noqa: PLC0415

    reached: dict[str, Took] = {}

    def saved(export: Export) -> None:
        if export.closed:
            reached.setdefault(_CLOSE, Took.since_start())
        if export.manifest_key:
            reached.setdefault(_EXPORT, Took.since_start())

    clock, month = After(PERIOD), MadeUpMonth(events)
    with tempfile.TemporaryDirectory() as folder:
        stores = MadeUpStores(
            month, month, month.books(), ObservedExports(saved), FolderArchive(Path(folder))
        )
        export = Export(ExportId("exp_benchmark"), PERIOD, clock(), clock(), close=True)
        stores.exports.add(export)
        start = Took.since_start()
        # These stores have what a close calls, and no more.
        closing = closing_exports(stores, clock)  # type: ignore[arg-type]
        done = closing.run(export, clock() + timedelta(days=1))
        end = Took.since_start()
    if done.status != "ready":
        raise SystemExit(f"The month is not closed: {done.status}")
    steps = {
        _CLOSE: reached[_CLOSE] - start,
        _EXPORT: reached[_EXPORT] - reached[_CLOSE],
        _REST: end - reached[_EXPORT],
    }
    sizes: dict[str, int] = {
        format_: sum(file.bytes for file in done.files if file.format == format_)
        for format_ in FORMATS
    }
    return Figures(done.rows, steps, _peak_megabytes(), sizes)


def _plainly_written(events: int) -> Figures:
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "usage.csv.gz"
        start = Took.since_start()
        with gzip.open(path, "wt", 6, newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for event in _all_events(MadeUpMonth(events)):
                lines = rows_of(event, Payer(event.tenant, "Larkfell", PERIOD))
                writer.writerows(lines)
                rows += len(lines)
        took = Took.since_start() - start
        size = path.stat().st_size
    return Figures(rows, {_EXPORT: took}, _peak_megabytes(), {"csv": size})


def _all_events(month: MadeUpMonth) -> Iterator[UsageEvent]:
    for tenant in month.all(None, TENANTS):
        for shard in range(SHARDS):
            for page in month.pages(tenant.id, PERIOD, shard):
                yield from page


def _peak_megabytes() -> float:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    sys.exit(main())
