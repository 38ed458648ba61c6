"""What a stage remembers between commands: its processes, its keys, the demo tenant."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from local.processes import Recorded
from local.settings import StageError

_FILE, _LOCK = "state.json", "lock"
_ONLY_OWNER = 0o600


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """The sample shop's id and keys."""

    id: str
    secret: str
    publishable: str


@dataclass(slots=True)
class State:
    """The content of ``state.json``. ``made_of`` says for which port and models it was started."""

    port: int | None = None
    made_of: str = ""
    processes: dict[str, Recorded] = field(default_factory=dict)
    operator_key: str | None = None
    finance_key: str | None = None
    tenant: DemoTenant | None = None

    @property
    def running(self) -> dict[str, Recorded]:
        """The processes that are there now."""
        return {name: one for name, one in self.processes.items() if one.running}


_STATE = TypeAdapter(State)


def load(folder: Path) -> State:
    """The state; a new one where there is none, or none that can be read."""
    try:
        return _STATE.validate_json((folder / _FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return State()


def save(folder: Path, state: State) -> None:
    """Writes it whole or not at all; only the owner can read it, for it holds keys."""
    draft = folder / f"{_FILE}.new"
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_OWNER)
    with os.fdopen(handle, "wb") as file:
        file.write(_STATE.dump_json(state, indent=2))
    draft.replace(folder / _FILE)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One command at a time may change a stage. Raises StageError when another is at it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StageError(
                "Another 'up' or 'down' of this checkout is at work; wait for it to end."
            ) from None
        yield
