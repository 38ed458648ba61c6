"""Whether the files of an export are those that were written, and what they add up to."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpdesk.billing.exports import Export, ExportFile
from helpdesk.billing.reconciliation import Difference, Finding, Sums
from helpdesk.billing.statements import PeriodClose
from helpdesk.errors import NotFound
from helpdesk.ports import Archive, ExportSums


@dataclass(frozen=True, slots=True)
class ArchivedFiles:
    """Reads an export's files back, one at a time."""

    archive: Archive
    export_sums: ExportSums

    def read(self, file: ExportFile) -> Finding:
        """Adds a file up. One that is gone, or is not as it was written, adds nothing.

        Raises Unavailable.
        """
        if (sums := self._sums_of(file)) is None:
            return Finding({}, (Difference("file", file.key),))
        return Finding({file.format: sums})

    def examine(self, export: Export, close: PeriodClose) -> Iterator[Difference]:
        """Compares the manifest with the sealed one if there is any. Raises Unavailable."""
        key = export.manifest_key or ""
        if close.manifest_sha256 and not self._holds(key, close.manifest_sha256):
            yield Difference("manifest", key)

    def _sums_of(self, file: ExportFile) -> Sums | None:
        try:
            with self.archive.fetched(file.key) as path:
                if _sha256_of(path) == file.sha256:
                    return self.export_sums.sums(file.format, [path])
        except NotFound:
            pass
        return None

    def _holds(self, key: str, sha256: str) -> bool:
        try:
            with self.archive.fetched(key) as path:
                return _sha256_of(path) == sha256
        except NotFound:
            return False


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
