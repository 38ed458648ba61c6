"""A seeded scheduler: actors take turns at their steps, and may die at any of them.

Each actor is a thread, but only the one that holds the baton runs, so a seed repeats a schedule to
the letter. An actor hands the baton back at every call that leaves it (:meth:`Scheduler.pause`).
"""

import random
import threading
from collections.abc import Callable

Work = Callable[[], None]


class Crashed(BaseException):
    """The actor's process was killed here."""


class _Actor:
    def __init__(self, name: str, work: Work, scheduler: "Scheduler") -> None:
        self.name = name
        self.baton = threading.Semaphore(0)
        self.dies = False
        self.ended = False
        self.error: BaseException | None = None
        self._work = work
        self._scheduler = scheduler
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self) -> None:
        self.baton.acquire()
        try:
            if not self.dies:
                self._work()
        except Crashed:
            pass
        except BaseException as error:  # noqa: BLE001 - shown by whoever runs the schedule
            self.error = error
        finally:
            self.ended = True
            self._scheduler.returned.release()


class Scheduler:
    """Runs actors by turns, in an order and with deaths that follow from the seed."""

    def __init__(self, chance: random.Random, deaths: float) -> None:
        self.returned = threading.Semaphore(0)
        self.crashes = 0
        self.trace: list[str] = []
        self._chance = chance
        self._deaths = deaths
        self._actors: list[_Actor] = []
        self._running: _Actor | None = None

    def spawn(self, name: str, work: Work) -> None:
        """Adds an actor; it starts when its turn comes."""
        actor = _Actor(name, work, self)
        self._actors.append(actor)
        actor.thread.start()

    def pause(self, step: str) -> None:
        """Called by an actor: others may run now. Raises Crashed when it dies here."""
        actor = self._running
        if actor is None or threading.current_thread() is not actor.thread:
            return  # Nobody else runs: the world is being set up or looked at.
        self.trace.append(f"{actor.name}: {step}")
        self.returned.release()
        actor.baton.acquire()
        if actor.dies:
            raise Crashed

    def run(self) -> None:
        """Runs until all actors have ended. Raises what an actor raised."""
        while living := [actor for actor in self._actors if not actor.ended]:
            actor = self._chance.choice(living)
            if self._chance.random() < self._deaths:
                actor.dies = True
                self.crashes += 1
                self.trace.append(f"{actor.name}: dies")
            self._running = actor
            actor.baton.release()
            self.returned.acquire()
            self._running = None
            if actor.ended:
                actor.thread.join()
                if actor.error:
                    raise actor.error
        self._actors.clear()
