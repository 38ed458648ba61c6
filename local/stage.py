"""The one-machine stage as a whole: up, down, status.

Whatever fails on the way up, and on Ctrl-C, all of it is stopped again.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from rich.console import Console

from local import settings, state
from local.ascent import Ascent
from local.emulator import Emulator
from local.processes import stop
from local.services import answers, model_server_health, product_health, shop_health
from local.settings import Place, StageError
from local.shop.tools import tools
from local.state import DemoTenant, State

__all__ = [
    "DemoTenant",
    "StageError",
    "Status",
    "down",
    "remember_tenant",
    "sample_tools",
    "status",
    "up",
]

# Front first: nobody asks while the rest goes. The emulator saves its state when it stops.
_ORDER_OF_STOP = ("front", "emulator", "model_server", "shop")


@dataclass(frozen=True, slots=True)
class Status:
    """What a stage is and how to speak to it."""

    base_url: str
    healthy: bool
    operator_key: str | None
    finance_key: str | None
    tenant: DemoTenant | None


def up(out: Console, here: Place | None = None) -> Status:
    """Starts what does not run and deploys what has changed. Raises StageError."""
    here = here or settings.place()
    models = settings.models(here)
    with state.alone(here.folder), _terminated_like_interrupted():
        known = state.load(here.folder)
        if known.running and known.made_of != models.fingerprint(here):
            out.print("Port or models are not those that it runs with: starting anew.")
            _stop_all(here, known)
        try:
            changed = Ascent(here, models, known, out).climb()
        except BaseException:
            _stop_all(here, known)
            raise
    if not changed:
        out.print(f"Already up at [bold]{here.base_url}[/bold].")
    return _status(here, known, healthy=True)


def down(out: Console, here: Place | None = None) -> None:
    """Stops what `up` has started, and nothing else. State stays. Raises StageError."""
    here = here or settings.place()
    with state.alone(here.folder):
        known = state.load(here.folder)
        stopped = _stop_all(here, known)
    names = ", ".join(name.replace("_", " ") for name in stopped)
    out.print(f"Stopped: {names}." if stopped else "Nothing was running.")


def status(here: Place | None = None) -> Status:
    """Says where the stage is and whether it answers. Raises StageError."""
    here = here or settings.place()
    known = state.load(here.folder)
    if known.port is not None and known.running:
        here = Place(known.port, here.folder)
    return _status(here, known, healthy=_healthy(here, known))


def sample_tools(here: Place | None = None) -> dict[str, dict[str, Any]]:
    """The sample shop's tools, as a tenant puts them. Raises StageError."""
    return tools((here or settings.place()).shop_url)


def remember_tenant(tenant: DemoTenant, here: Place | None = None) -> None:
    """Keeps the demo tenant's keys for the next command, readable by the owner alone."""
    here = here or settings.place()
    known = state.load(here.folder)
    known.tenant = tenant
    state.save(here.folder, known)


def _status(here: Place, known: State, *, healthy: bool) -> Status:
    return Status(here.base_url, healthy, known.operator_key, known.finance_key, known.tenant)


def _healthy(here: Place, known: State) -> bool:
    if not known.processes or known.running.keys() != known.processes.keys():
        return False
    beside = {"model_server": model_server_health(here), "shop": shop_health(here)}
    if not all(answers(url) for name, url in beside.items() if name in known.processes):
        return False
    return answers(product_health(here), timeout_seconds=5.0)


def _stop_all(here: Place, known: State) -> list[str]:
    stopped = []
    emulator = Emulator(here.emulator_port, here.emulator)
    for name in _ORDER_OF_STOP:
        recorded = known.processes.pop(name, None)
        if recorded and (emulator.stop if name == "emulator" else stop)(recorded):
            stopped.append(name)
    state.save(here.folder, known)
    return stopped


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """A polite kill of the command stops what it has started, as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
