"""What an export takes: seconds, memory and bytes, beside a plain loop that only writes the CSV.

What was written is then read back, and has to add up to what the export says.

python -m benchmarks.exports --events 1000000
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
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from benchmarks.export_source import (
    PERIOD,
    TENANTS,
    FolderArchive,
    MadeUpMonth,
    OneExport,
    OpenPeriods,
)
from helpdesk.billing.export_rows import COLUMNS, Payer, rows_of
from helpdesk.billing.exporting import Exporting
from helpdesk.billing.exports import FORMATS, Export, ExportFormat, ExportId
from helpdesk.clock import utc_now
from helpdesk.usage import SHARDS, UsageEvent

MOST_MEGABYTES = 512
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Figures:
    """One way of writing a month: other work on the machine lengthens ``seconds``, but not
    ``cpu_seconds``. ``sizes`` are bytes by format, ``reading`` seconds of a processor by format."""

    rows: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    sizes: Mapping[str, int]
    reading: Mapping[str, float] = field(default_factory=dict)


def main() -> int:
    """Prints the figures; fails when an export takes more memory than promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    events = parser.parse_args().events
    export = _in_a_new_process(_exported, events)
    plain = _in_a_new_process(_plainly_written, events)
    print(f"{events:,} events, {export.rows:,} lines")
    for name, figures in (("export", export), ("plain CSV", plain)):
        sizes = ", ".join(f"{key} {size / _MEGABYTE:.1f} MB" for key, size in figures.sizes.items())
        print(
            f"{name:10} {figures.seconds:8.1f} s ({figures.cpu_seconds:.1f} of a processor)"
            f"  {figures.rows / figures.seconds:9,.0f} lines/s"
            f"  peak {figures.peak_megabytes:4.0f} MB  {sizes}"
        )
    for format_, seconds in export.reading.items():
        print(f"{format_} read back and added up in {seconds:.1f} s of a processor: it agrees")
    ratio = export.cpu_seconds / plain.cpu_seconds
    print(f"an export takes {ratio:.2f} times the processor time of the plain loop")
    return export.peak_megabytes > MOST_MEGABYTES


def _in_a_new_process(work: Callable[[int], Figures], events: int) -> Figures:
    # A new one: the most memory that a process ever had can't be taken back.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (events,))


def _exported(events: int) -> Figures:
    now = utc_now()
    export = Export(ExportId("exp_benchmark"), PERIOD, now, now)
    with tempfile.TemporaryDirectory() as folder:
        # Loaded in the process that is measured.
        from helpdesk.adapters.duckdb_export_files import DuckDBPartFiles  # noqa: PLC0415

        exporting = Exporting(
            lines=MadeUpMonth(events).lines(),
            parts=DuckDBPartFiles(),
            archive=FolderArchive(Path(folder)),  # type: ignore[arg-type]
            exports=OneExport(),  # type: ignore[arg-type]
            periods=OpenPeriods(),  # type: ignore[arg-type]
            now=utc_now,
        )
        start = time.perf_counter()
        done = exporting.run(export, now + timedelta(days=1))
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time()
        reading: dict[str, float] = {
            format_: _read_back(done, format_, Path(folder)) for format_ in FORMATS
        }
    sizes: dict[str, int] = {
        format_: sum(file.bytes for file in done.files if file.format == format_)
        for format_ in FORMATS
    }
    return Figures(done.rows, seconds, cpu_seconds, _peak_megabytes(), sizes, reading)


def _read_back(done: Export, format: ExportFormat, folder: Path) -> float:
    from helpdesk.adapters.duckdb_export_files import DuckDBExportSums  # noqa: PLC0415

    start = time.process_time()
    paths = [folder / file.key for file in done.files if file.format == format]
    total = sum(DuckDBExportSums().sums(format, paths).values())
    if total != sum(each.micros for each in done.totals):
        raise SystemExit(f"{format} does not add up: {total} micros")
    return time.process_time() - start


def _plainly_written(events: int) -> Figures:
    rows = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "usage.csv.gz"
        start = time.perf_counter()
        with gzip.open(path, "wt", 6, newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for event in _all_events(MadeUpMonth(events)):
                lines = rows_of(event, Payer(event.tenant, "Larkfell", PERIOD))
                writer.writerows(lines)
                rows += len(lines)
        seconds = time.perf_counter() - start
        size = path.stat().st_size
    return Figures(rows, seconds, time.process_time(), _peak_megabytes(), {"csv": size})


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
