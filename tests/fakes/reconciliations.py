"""Reconciliations in memory."""

from helpdesk.billing.reconciliation import ReconciliationId, ReconciliationRun
from helpdesk.errors import NotFound


class MemoryReconciliations:
    """What was found, in a dict."""

    def __init__(self) -> None:
        self._runs: dict[ReconciliationId, ReconciliationRun] = {}

    def put(self, run: ReconciliationRun) -> None:
        """Writes one, or replaces it."""
        self._runs[run.id] = run

    def get(self, reconciliation: ReconciliationId) -> ReconciliationRun:
        """One of them. Raises NotFound."""
        if found := self._runs.get(reconciliation):
            return found
        raise NotFound("There is no such reconciliation.")
