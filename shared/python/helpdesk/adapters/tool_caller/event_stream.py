"""The messages in an event stream, as they come in."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class EventStream:
    """Reads a body that grows, each byte of it once."""

    _read: int = 0
    _data: list[bytes] = field(default_factory=list)

    def new_messages(self, body: bytes) -> Iterator[bytes]:
        """The data of the events that have become whole since the last time."""
        while (end := body.find(b"\n", self._read)) >= 0:
            line, self._read = body[self._read : end].removesuffix(b"\r"), end + 1
            if line.startswith(b"data:"):
                self._data.append(line[5:].removeprefix(b" "))
            elif not line and self._data:
                message, self._data = b"\n".join(self._data), []
                yield message
