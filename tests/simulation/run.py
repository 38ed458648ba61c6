"""Runs schedules: ``python -m tests.simulation.run --schedules 10000 --seed 1``.

A failure names its seed; ``--seed N --schedules 1 --trace`` repeats it and shows every step.
"""

import argparse
import time
from collections import Counter

from rich.console import Console
from rich.progress import track

from helpdesk.actions import Action
from tests.simulation.oracle import check
from tests.simulation.saga_oracle import check_sagas
from tests.simulation.saga_world import SagaWorld
from tests.simulation.world import World


def live_through(seed: int) -> World:
    """One schedule to its end. Raises AssertionError for anything that must not be."""
    world = World(seed)
    try:
        _live(world)
    except Exception as error:
        error.add_note(f"seed {seed}: python -m tests.simulation.run --seed {seed} --trace")
        raise
    return world


def live_through_sagas(seed: int) -> SagaWorld:
    """One schedule of processes to its end. Raises AssertionError for what must not be."""
    world = SagaWorld(seed)
    try:
        _live(world)
    except Exception as error:
        error.add_note(f"seed {seed}: python -m tests.simulation.run --saga --seed {seed} --trace")
        raise
    return world


def _live(world: World) -> None:
    world.run()
    world.come_to_rest()
    if isinstance(world, SagaWorld):
        check_sagas(world)
    else:
        check(world)


def main() -> None:
    """Runs them and prints what they met."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.run", description=__doc__)
    parser.add_argument("--schedules", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trace", action="store_true", help="show every step of the first one")
    parser.add_argument("--saga", action="store_true", help="processes of several steps")
    given = parser.parse_args()
    out = Console()
    if given.trace:
        _show(out, (SagaWorld if given.saga else World)(given.seed))
        return
    met: Counter[str] = Counter()
    started = time.monotonic()
    for seed in track(range(given.seed, given.seed + given.schedules), console=out, transient=True):
        world = live_through_sagas(seed) if given.saga else live_through(seed)
        met += world.provider.met
        met["crash"] += world.scheduler.crashes
        met.update(f"{_kind(each)} {each.status.value}" for each in world.all_actions())
        met.update(
            f"over the limit {action.status.value}"
            for action in world.all_actions()
            if action.over_limit
        )
    seconds = time.monotonic() - started
    out.print(f"{given.schedules} schedules in {seconds:.0f} s: nothing twice, nothing lost.")
    for what, count in sorted(met.items()):
        out.print(f"  {what:32}{count:>9,}")


def _kind(action: Action) -> str:
    return "step ended" if action.parent else "ended"


def _show(out: Console, world: World) -> None:
    try:
        _live(world)
    finally:
        for line in world.scheduler.trace:
            out.print(line, markup=False)


if __name__ == "__main__":
    main()
