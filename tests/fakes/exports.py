"""The export jobs in memory."""

import threading

from helpdesk.billing.exports import Export, ExportId
from helpdesk.errors import Conflict, NotFound
from helpdesk.pages import Page
from tests.fakes.pages import newest_first


class MemoryExports:
    """Exports in a dict, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exports: dict[ExportId, Export] = {}

    def add(self, export: Export) -> None:
        """Writes a new one. Raises Conflict."""
        with self._lock:
            if self._exports.setdefault(export.id, export) is not export:
                raise Conflict("This export is there already.")

    def get(self, export: ExportId) -> Export:
        """One export. Raises NotFound."""
        if found := self._exports.get(export):
            return found
        raise NotFound("There is no such export.")

    def save(self, export: Export, before: Export) -> None:
        """Replaces one that is still as it was before. Raises Conflict."""
        with self._lock:
            if self._exports.get(export.id) != before:
                raise Conflict("The export has moved on meanwhile.")
            self._exports[export.id] = export

    def page(self, limit: int, cursor: str | None) -> Page[Export]:
        """The exports, newest first. Raises ValidationFailed for a foreign cursor."""
        return newest_first(self._exports.values(), lambda export: export.id, limit, cursor)
