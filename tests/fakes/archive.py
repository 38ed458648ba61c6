"""The archive in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from helpdesk.errors import Conflict, NotFound


class MemoryArchive:
    """Files in a dict by their keys; kept ones stay as they are."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.kept: dict[str, datetime] = {}

    def put(self, key: str, content: Path, content_type: str, keep_until: datetime | None) -> None:
        """Stores a file. Raises Conflict when a kept file has other content."""
        new = content.read_bytes()
        if keep_until:
            if self.files.get(key, new) != new:
                raise Conflict(f"The archive keeps another file as {key}.")
            self.kept.setdefault(key, keep_until)
        elif key in self.kept:
            raise Conflict(f"The archive keeps {key} as it is.")
        self.files[key] = new

    @contextmanager
    def fetched(self, key: str) -> Iterator[Path]:
        """A copy of a file on disk. Raises NotFound."""
        if key not in self.files:
            raise NotFound("There is no such file in the archive.")
        with TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            path.write_bytes(self.files[key])
            yield path

    def link(self, key: str, filename: str, valid_for: timedelta) -> str:
        """A URL that says what it is for."""
        return f"memory:{key}?filename={filename}&seconds={valid_for.total_seconds():.0f}"
