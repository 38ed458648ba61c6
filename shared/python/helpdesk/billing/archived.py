"""Whether the files of an export are those that were written, and what they add up to."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from helpdesk.billing.exports import Export, ExportFile
from helpdesk.billing.reconciliation import Difference, Finding, Source, Sums
from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.ports import Archive, ExportSums


@dataclass(frozen=True, slots=True)
class ArchivedFiles:
    """Reads an export's files back, one at a time."""

    archive: Archive
    export_sums: ExportSums

    def read(self, export: Export, manifest_sha256: str | None) -> Finding:
        """Reads all files, and compares the manifest with the sealed one if there is any.

        A file that is gone, or is not as it was written, adds nothing. Raises Unavailable.
        """
        totals: dict[Source, Counter[tuple[TenantId, str]]] = {
            "csv": Counter(),
            "parquet": Counter(),
            "focus": Counter(),
        }
        differences = []
        for file in export.files:
            if (sums := self._sums_of(file)) is None:
                differences.append(Difference("file", file.key))
            else:
                totals[file.format].update(sums)
        key = export.manifest_key or ""
        if manifest_sha256 and not self._holds(key, manifest_sha256):
            differences.append(Difference("manifest", key))
        return Finding(totals, tuple(differences))

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
