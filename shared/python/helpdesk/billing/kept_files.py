"""What a closed period leaves in the archive beside its export: small files that nobody changes."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from helpdesk.billing.exports import KEPT_FOR
from helpdesk.billing.periods import end_of
from helpdesk.ports import Archive


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """Writes files of closed periods, and reads them."""

    archive: Archive

    def keep(self, period: str, key: str, content: bytes, content_type: str) -> None:
        """Stores a file for as long as its period is kept. Safe to repeat.

        Raises Conflict when another file is kept there, and Unavailable.
        """
        put_content(self.archive, key, content, content_type, end_of(period) + KEPT_FOR)

    def read(self, key: str) -> bytes:
        """A file's content. Raises NotFound and Unavailable."""
        with self.archive.fetched(key) as path:
            return path.read_bytes()


def put_content(
    archive: Archive, key: str, content: bytes, content_type: str, keep_until: datetime | None
) -> None:
    """Stores content that fits into memory. Raises as ``Archive.put`` does."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        archive.put(key, path, content_type, keep_until)
