"""Exporting: a period's lines become files, part by part, and at the end a manifest says of which.

    position ─► part: rows ─► files on disk ─► archive ─► its summary beside them ─► job saved ─┐
        ▲                                                                                       │
        └───────────────────────────────────────────────────────────────────────────────────────┘
    nothing left ─► summaries ─► manifest ─► ready

A part that a killed worker left behind is made again: of a closed period with the same bytes, which
the archive takes as often as they come.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import TypeAdapter

from helpdesk.billing.archive_keys import file_path, manifest_key, root_of, summary_key
from helpdesk.billing.export_parts import Part
from helpdesk.billing.export_saves import save
from helpdesk.billing.export_sums import Summary, added, joined
from helpdesk.billing.exports import (
    FORMATS,
    KEPT_FOR,
    ROWS_PER_PART,
    Export,
    ExportFile,
    ExportFormat,
    ExportStatus,
    PartFile,
)
from helpdesk.billing.kept_files import put_content
from helpdesk.billing.manifests import manifest_of
from helpdesk.billing.period_lines import PeriodLines
from helpdesk.billing.periods import end_of
from helpdesk.clock import Clock
from helpdesk.ports import Archive, Exports, PartFiles, Periods

_CONTENT_TYPES: dict[ExportFormat, str] = {
    "csv": "application/gzip",
    "parquet": "application/vnd.apache.parquet",
    "focus": "application/vnd.apache.parquet",
}
_SUMMARY = TypeAdapter(Summary)


@dataclass(frozen=True, slots=True)
class Exporting:
    """Makes exports, each from where it was left."""

    lines: PeriodLines
    parts: PartFiles
    archive: Archive
    exports: Exports
    periods: Periods
    now: Clock
    rows_per_part: int = ROWS_PER_PART

    def run(self, export: Export, until: datetime) -> Export:
        """Goes on with an export, beginning no part after ``until``, and returns it as it stands.

        One that has its manifest is left as it is; it is ready then, unless it is to close its
        period, which has further steps (billing/closing_exports.py). Raises Overtaken when another
        worker is at it, NotFound for an unknown tenant, and Unavailable.
        """
        if export.status == "queued":
            begun = replace(export, status="running", closed=self._is_closed(export))
            export = self._saved(export, begun)
        while export.status == "running" and not export.manifest_key and self.now() < until:
            entries = self.lines.read(export.period, export.tenant, export.position)
            if first := next(entries, None):
                export = self._with_part(export, Part(first, entries, self.rows_per_part))
            else:
                export = self._finished(export)
        return export

    def _is_closed(self, export: Export) -> bool:
        close = self.periods.get(export.period)
        return export.close or (close is not None and close.status == "closed")

    def _with_part(self, export: Export, part: Part) -> Export:
        with TemporaryDirectory() as folder:
            files = self.parts.write(part.rows(), Path(folder))
            number = len(export.files) // len(FORMATS)
            stored = tuple(self._stored(export, number, each) for each in files)
        summary = part.summary
        self._put(export, summary_key(export, number), _SUMMARY.dump_json(summary))
        return self._saved(
            export,
            replace(
                export,
                rows=export.rows + summary.rows,
                totals=added(export.totals, summary.totals()),
                files=export.files + stored,
                position=part.position,
            ),
        )

    def _stored(self, export: Export, part: int, file: PartFile) -> ExportFile:
        key = root_of(export) + file_path(export, file.format, part)
        self.archive.put(key, file.path, _CONTENT_TYPES[file.format], _keep_until(export))
        return ExportFile(file.format, part, key, file.rows, file.sha256, file.bytes)

    def _finished(self, export: Export) -> Export:
        whole = joined(self._summaries(export))
        key = manifest_key(export)
        self._put(export, key, manifest_of(export, whole, self.parts.versions()))
        status: ExportStatus = "running" if export.close else "ready"
        return self._saved(export, replace(export, status=status, manifest_key=key))

    def _summaries(self, export: Export) -> Iterator[Summary]:
        for part in range(len(export.files) // len(FORMATS)):
            with self.archive.fetched(summary_key(export, part)) as path:
                yield _SUMMARY.validate_json(path.read_bytes())

    def _put(self, export: Export, key: str, content: bytes) -> None:
        put_content(self.archive, key, content, "application/json", _keep_until(export))

    def _saved(self, before: Export, after: Export) -> Export:
        return save(self.exports, replace(after, updated_at=self.now()), before)


def _keep_until(export: Export) -> datetime | None:
    return end_of(export.period) + KEPT_FOR if export.close else None
