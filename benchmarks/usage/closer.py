"""A month is closed by processes that are killed in the middle, until one comes to its end."""

import random
import re
import signal
import time
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

from benchmarks.closing import After, audit, closing_exports
from benchmarks.usage.cloud import Cloud
from helpdesk.billing.exports import Export, ExportId
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.ids import new_id

_LONGEST = timedelta(hours=10)
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Closed:
    """How a month was closed. Seconds and memory are of all processes, killed ones too."""

    export: Export
    seconds: float
    kills: int
    peak_megabytes: float


def close(cloud: Cloud, period: str, kill_after: list[float]) -> Closed:
    """Closes a month; a process is killed for each of these numbers of seconds, if it still runs.

    Raises RuntimeError when the close fails.
    """
    now = After(period)()
    export = Export(ExportId(new_id("exp", now)), period, now, now, close=True)
    cloud.exports.add(export)
    started, kills, peak = time.monotonic(), 0, 0.0
    for seconds in [*kill_after, None]:
        killed, megabytes = _one_process(cloud, period, export.id, seconds)
        peak = max(peak, megabytes)
        kills += killed
        if not killed:
            break
    ended = cloud.exports.get(export.id)
    if ended.status != "ready":
        raise RuntimeError(f"{period} is not closed: {ended.status} {ended.failure}")
    return Closed(ended, time.monotonic() - started, kills, peak)


def reconciled(cloud: Cloud, period: str) -> Reconciliation:
    """What ledger, books, files and invoices of a month say."""
    return audit(cloud, After(period)).reconcile(period)


def _one_process(
    cloud: Cloud, period: str, export: ExportId, seconds: float | None
) -> tuple[bool, float]:
    """Whether it was killed, and its peak of memory in megabytes."""
    # Spawned: forked, it would be told apart from this process's own memory by nobody.
    process = get_context("spawn").Process(target=_work, args=(cloud, period, export))
    process.start()
    pid = process.pid or 0
    deadline = None if seconds is None else time.monotonic() + seconds
    peak = 0.0
    while process.is_alive():
        peak = max(peak, _peak_megabytes(pid))
        if deadline and time.monotonic() > deadline:
            process.kill()
            deadline = None
        process.join(_LOOK_SECONDS)
    return process.exitcode == -signal.SIGKILL, peak


def _peak_megabytes(pid: int) -> float:
    # Not what wait4 tells: that begins with the peak of the process it was spawned from.
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    peak = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(peak[1]) / 1024 if peak else 0.0


def _work(cloud: Cloud, period: str, export: ExportId) -> None:
    clock = After(period)
    closing = closing_exports(cloud, clock)
    standing = cloud.exports.get(export)
    while standing.status in ("queued", "running"):
        standing = closing.run(standing, clock() + _LONGEST)


def kill_times(chance: random.Random, count: int, longest: float) -> list[float]:
    """When to kill processes, in seconds after they began."""
    return [chance.uniform(0.5, longest) for _ in range(count)]
