"""The plans that operators wrote, in memory."""

import threading
from collections.abc import Sequence

from helpdesk.errors import Conflict
from helpdesk.plans import Plan


class MemoryPlans:
    """Plans in a dict by name and version, under one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._plans: dict[tuple[str, int], Plan] = {}

    def add(self, plan: Plan) -> None:
        """Writes a version, which never changes. Raises Conflict when it is there already."""
        with self._lock:
            if self._plans.setdefault((plan.name, plan.version), plan) != plan:
                raise Conflict("The plan was changed meanwhile. Read it again.")

    def newest(self, name: str) -> Plan | None:
        """The newest version of a plan, if any was written."""
        return next((plan for plan in self.newest_of_all() if plan.name == name), None)

    def newest_of_all(self) -> Sequence[Plan]:
        """The newest version of each plan, by name."""
        with self._lock:
            written = sorted(self._plans)
            newest = {name: self._plans[name, version] for name, version in written}
        return list(newest.values())
