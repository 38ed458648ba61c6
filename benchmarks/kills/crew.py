"""The living processes: some are killed or frozen, chosen by what they are doing, and replaced."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from benchmarks.kills.board import Board
from benchmarks.kills.hurry import ATTEMPT_SECONDS
from benchmarks.kills.parts import Where
from benchmarks.kills.wishes import Plan
from benchmarks.kills.worker import Post, Role, serve

ROLES: tuple[Role, ...] = (
    *("worker", "worker", "worker", "worker", "worker"),
    *("proposer", "proposer", "relay", "reconciler"),
)
SLOTS = 1 + len(ROLES)

MOMENTS = (
    "calls the shop",
    "has called the shop",
    "looks up at the shop",
    "writes AttemptStarted",
    "has written AttemptStarted",
    "writes Succeeded",
    "has written Succeeded",
    "writes OutcomeUnknown",
    "deletes its message",
    "writes Proposed",
    "writes Approved",
    "queues",
    "reads",
    "",
)
"""What a process is waited for to do, before it is killed; the last is anything."""

_WAIT_SECONDS = 0.4
_LOOK_SECONDS = 0.0005
_FROZEN_SECONDS = ATTEMPT_SECONDS + 1.0


@dataclass(slots=True)
class Crew:
    """Runs one process for each role, as ``multiprocessing`` forks them from a warm server."""

    where: Where
    plan: Plan
    board: Board
    chance: random.Random
    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    frozen: int = 0
    died_alone: int = 0
    _processes: dict[int, BaseProcess] = field(default_factory=dict)
    _thaws: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Starts all."""
        for slot in range(1, SLOTS):
            self._start(slot)

    def kill_one(self) -> None:
        """Waits for a moment drawn by chance, kills who is in it and starts another."""
        self._tend()
        slot = self._found(self.chance.choice(MOMENTS))
        # Stopped first, so that what the board says is what it dies of.
        self._signal(slot, signal.SIGSTOP)
        doing = self.board.read(slot)
        self._signal(slot, signal.SIGKILL)
        self._processes[slot].join()
        self.kills[ROLES[slot - 1], _short(doing)] += 1
        self._start(slot)

    def freeze_one(self) -> None:
        """Stops a worker for longer than an attempt is its own."""
        slot = self._found(self.chance.choice(MOMENTS), self._slots("worker"))
        self._signal(slot, signal.SIGSTOP)
        self._thaws[slot] = time.monotonic() + _FROZEN_SECONDS
        self.frozen += 1

    def retire(self, role: Role) -> None:
        """Ends those of a role for good."""
        for slot in self._slots(role):
            self._end(self._processes.pop(slot))

    def stop(self) -> None:
        """Ends all."""
        while self._processes:
            self._end(self._processes.popitem()[1])

    def rest(self, done: Callable[[], bool], seconds: float) -> bool:
        """Lets them work undisturbed until all is done; False when that takes too long."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self._tend()
            if done():
                return True
            time.sleep(0.5)
        return False

    def _found(self, moment: str, among: Sequence[int] | None = None) -> int:
        candidates = [slot for slot in among or range(1, SLOTS) if slot not in self._thaws]
        ends = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < ends:
            here = [slot for slot in candidates if self.board.read(slot).startswith(moment)]
            if here:
                return self.chance.choice(here)
            time.sleep(_LOOK_SECONDS)
        return self.chance.choice(candidates)

    def _tend(self) -> None:
        """Those that were frozen long enough go on; one that died by itself is replaced."""
        for slot, when in list(self._thaws.items()):
            if time.monotonic() >= when:
                self._signal(slot, signal.SIGCONT)
                del self._thaws[slot]
        for slot, process in list(self._processes.items()):
            if not process.is_alive():
                self.died_alone += 1
                self._start(slot)

    def _start(self, slot: int) -> None:
        post = Post(ROLES[slot - 1], slot, SLOTS, self.where, self.plan)
        self.board.write(slot, "starts")
        context = get_context("forkserver")
        context.set_forkserver_preload(["benchmarks.kills.worker"])
        process = context.Process(target=serve, args=(post,), daemon=True)
        process.start()
        self._processes[slot] = process

    def _slots(self, role: Role) -> Sequence[int]:
        return [slot for slot in self._processes if ROLES[slot - 1] == role]

    def _signal(self, slot: int, number: int) -> None:
        pid = self._processes[slot].pid
        if pid is not None and self._processes[slot].is_alive():
            os.kill(pid, number)

    def _end(self, process: BaseProcess) -> None:
        process.kill()
        process.join()


def _short(doing: str) -> str:
    """Without what an attempt's outcome is in detail."""
    return doing if len(doing) < 40 else f"{doing[:39]}…"
