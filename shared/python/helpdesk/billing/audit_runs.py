"""Runs of an audit: each goes on from where the one before was stopped or killed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.billing.archive_keys import audit_key
from helpdesk.billing.audit import Audit
from helpdesk.billing.audit_progress import AuditProgress, progress_json, progress_of
from helpdesk.billing.kept_files import put_content
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.clock import Clock
from helpdesk.errors import NotFound
from helpdesk.ports import Archive

_KEPT_EVERY = timedelta(minutes=1)
_NONE = b""


@dataclass(frozen=True, slots=True)
class AuditRuns:
    """Does audits that have names, and keeps how far they have come."""

    audit: Audit
    archive: Archive
    now: Clock

    def run(self, name: str, period: str, until: datetime) -> Reconciliation | None:
        """Goes on with an audit, for a step at least. None: there was no time for all of it.

        Whoever runs one that has ended begins anew. Raises Unavailable.
        """
        standing = self._kept(name)
        progress = standing or AuditProgress(self.now())
        kept_at = self.now()
        for _ in self.audit.steps(period, progress):
            now = self.now()
            if now >= until or now - kept_at >= _KEPT_EVERY:
                self._keep(name, progress_json(progress))
                standing, kept_at = progress, now
            if now >= until:
                return None
        found = self.audit.conclude(period, progress)
        if standing:
            self._keep(name, _NONE)
        return found

    def _kept(self, name: str) -> AuditProgress | None:
        try:
            with self.archive.fetched(audit_key(name)) as path:
                content = path.read_bytes()
        except NotFound:
            return None
        return progress_of(content) if content else None

    def _keep(self, name: str, content: bytes) -> None:
        put_content(self.archive, audit_key(name), content, "application/json", None)
