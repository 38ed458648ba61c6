"""Export files as plain JSON lines, whatever the format, and their sums."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.exports import FORMATS, ExportFormat, PartFile
from helpdesk.ids import TenantId


class PlainPartFiles:
    """A line of JSON for each row."""

    def write(self, rows: Iterable[ExportRow], folder: Path) -> Sequence[PartFile]:
        """Writes the rows into an empty folder, a file for each format."""
        lines = [json.dumps(row, default=str) for row in rows]
        content = "".join(f"{line}\n" for line in lines).encode()
        digest = hashlib.sha256(content).hexdigest()
        files = [
            PartFile(format_, folder / format_, len(lines), digest, len(content))
            for format_ in FORMATS
        ]
        for file in files:
            file.path.write_bytes(content)
        return files

    def versions(self) -> Mapping[str, str]:
        """What the bytes depend on beside the rows."""
        return {"plain": "1"}


class PlainExportSums:
    """Adds up what PlainPartFiles wrote."""

    def sums(
        self, format: ExportFormat, files: Sequence[Path]
    ) -> Mapping[tuple[TenantId, str], int]:
        """The micros of all lines, by tenant and currency."""
        sums: dict[tuple[TenantId, str], int] = {}
        for file in files:
            for line in file.read_text(encoding="utf-8").splitlines():
                row = ExportRow(*json.loads(line))
                key = TenantId(row.tenant_id), row.currency
                sums[key] = sums.get(key, 0) + row.cost_micros
        return sums
