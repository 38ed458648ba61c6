"""Usage events are told of as a stream does it on a bad day: twice, out of order, to processes
that are killed in the middle and begin their last batch again."""

import mmap
import os
import random
import signal
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.usage.cloud import Cloud
from benchmarks.usage.facts import Fact, event_of
from helpdesk.billing.posting import PostingUsage
from helpdesk.tenants import Tenant

WORKERS = 3
_BATCH = 2_000
_SLOT = struct.Struct("q")
_LOOK_SECONDS = 0.05
_KILL_EVERY_SECONDS = (0.5, 5.0)


@dataclass(frozen=True, slots=True)
class Delivered:
    """How long it took, and how often a worker was killed."""

    deliveries: int
    seconds: float
    kills: int


class Progress:
    """How many batches each worker has finished, in a file that outlives it."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(_SLOT.size * WORKERS))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)

    def of(self, worker: int) -> int:
        """How many."""
        (done,) = _SLOT.unpack_from(self._memory, worker * _SLOT.size)
        return int(done)

    def finished(self, worker: int, batches: int) -> None:
        """So many by now."""
        _SLOT.pack_into(self._memory, worker * _SLOT.size, batches)


@dataclass(slots=True)
class Stream:
    """The order in which facts are told, numbers of ``facts``; a part for each worker."""

    cloud: Cloud
    facts: Sequence[Fact]
    tenants: Sequence[Tenant]
    order: Sequence[int]
    progress: Path
    _processes: list[BaseProcess] = field(default_factory=list)

    def deliver(self, chance: random.Random) -> Delivered:
        """Delivers all, while workers are killed."""
        started, kills = time.monotonic(), 0
        self._processes = [self._start(worker) for worker in range(WORKERS)]
        next_kill = started + chance.uniform(*_KILL_EVERY_SECONDS)
        while self._tend():
            if time.monotonic() > next_kill:
                kills += self._kill(chance.randrange(WORKERS))
                next_kill = time.monotonic() + chance.uniform(*_KILL_EVERY_SECONDS)
            time.sleep(_LOOK_SECONDS)
        return Delivered(len(self.order), time.monotonic() - started, kills)

    def _start(self, worker: int) -> BaseProcess:
        # Forked, so that a million facts need not be sent to each.
        process = get_context("fork").Process(target=self._work, args=(worker,))
        process.start()
        return process

    def _work(self, worker: int) -> None:
        posting, progress = PostingUsage(self.cloud.books), Progress(self.progress)
        part = self.order[worker::WORKERS]
        for batch in range(progress.of(worker), -(-len(part) // _BATCH)):
            told = [self.facts[number] for number in part[batch * _BATCH : (batch + 1) * _BATCH]]
            posting.post(event_of(fact, self.tenants[fact.tenant]) for fact in told)
            progress.finished(worker, batch + 1)

    def _tend(self) -> bool:
        """Whether any worker goes on; each is looked at, for it may have to be replaced."""
        going_on = [self._tended(worker) for worker in range(WORKERS)]
        return any(going_on)

    def _tended(self, worker: int) -> bool:
        """Whether a worker goes on; one that died is replaced."""
        process = self._processes[worker]
        if process.is_alive():
            return True
        process.join()
        if process.exitcode == 0:
            return False
        self._processes[worker] = self._start(worker)
        return True

    def _kill(self, worker: int) -> int:
        process = self._processes[worker]
        if not process.is_alive() or process.pid is None:
            return 0
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        return 1


def order_of(numbers: Sequence[int], duplicates: float, chance: random.Random) -> list[int]:
    """The numbers shuffled, and so large a share of them a second time."""
    again = chance.sample(numbers, int(len(numbers) * duplicates))
    order = [*numbers, *again]
    chance.shuffle(order)
    return order
