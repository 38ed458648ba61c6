"""A month of usage on a bad day: ``python -m benchmarks.usage --events 1000000``.

Usage events lie in an emulator's tables. They are told of out of order, many twice, to workers that
are killed; then the month is closed by processes that are killed, too. What is heard of only after
that, up to a week late, enters the next month, which is closed in turn. Ledger, books, CSV,
Parquet, FOCUS and invoices have to say to the micro what an oracle says, which knows the facts
alone.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.usage.cloud import cloud_in
from benchmarks.usage.report import tables
from benchmarks.usage.run import BadDay, run


def main() -> int:
    """Prints what was done and how long it took; fails on a cent."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.usage", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000, help="facts to be billed (20,000)")
    parser.add_argument("--duplicates", type=float, default=0.3, help="told of twice (0.3)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--dynamodb",
        metavar="URL",
        help="an empty DynamoDB for the tables, for large runs (the emulator's): "
        "make test-dynoxide builds one",
    )
    given = parser.parse_args()
    out = Console()
    with TemporaryDirectory() as folder, cloud_in(Path(folder) / "cloud", given.dynamodb) as cloud:
        day = BadDay(given.events, given.duplicates, given.seed)
        ended = run(cloud, Path(folder), day, out.print)
        for table in tables(ended):
            out.print(table)
    for wrong in ended.wrongs:
        out.print(wrong, style="red", markup=False)
    out.print("All agree to the micro." if not ended.wrongs else f"{len(ended.wrongs)} differ.")
    return int(bool(ended.wrongs))


if __name__ == "__main__":
    raise SystemExit(main())
