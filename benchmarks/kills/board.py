"""What each process is doing, in memory that outlives it: read by who has killed it."""

import mmap
from pathlib import Path

_SLOT_BYTES = 48


class Board:
    """One short line for each process. A writer changes its own line only."""

    def __init__(self, path: Path, slots: int) -> None:
        size = slots * _SLOT_BYTES
        if not path.exists():
            path.write_bytes(b" " * size)
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), size)

    def write(self, slot: int, doing: str) -> None:
        """Says what is being done from now on."""
        line = doing.encode("ascii", "replace")[:_SLOT_BYTES].ljust(_SLOT_BYTES)
        self._memory[slot * _SLOT_BYTES : (slot + 1) * _SLOT_BYTES] = line

    def read(self, slot: int) -> str:
        """What is being done, or was when the process died."""
        line = self._memory[slot * _SLOT_BYTES : (slot + 1) * _SLOT_BYTES]
        return line.decode("ascii", "replace").strip()

    def close(self) -> None:
        """Lets go of the memory."""
        self._memory.close()
