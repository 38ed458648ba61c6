"""Processes are killed at random while money is paid: ``python -m benchmarks.kills --kills 200``.

Real processes propose, queue, execute and reconcile over an emulator's tables and queue and a real
shop, which has a bad day. They die by SIGKILL at moments drawn from the seed (what the operating
system adds of chance is not) and are replaced. Then all may come to rest, and is compared with the
shop's ledger.
"""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.kills.report import tables
from benchmarks.kills.run import run


def main() -> int:
    """Prints the tables; fails when anything was done twice, lost or told wrongly."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    out = Console()
    with TemporaryDirectory() as folder:
        ended = run(given.kills, given.seed, Path(folder))
    for table in tables(ended):
        out.print(table)
    for wrong in ended.wrongs:
        out.print(wrong, style="red", markup=False)
    out.print(ended.verdict)
    return int(bool(ended.wrongs))


if __name__ == "__main__":
    raise SystemExit(main())
