"""Actions in memory."""

import threading
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from helpdesk.action_changes import ActionChange
from helpdesk.action_events import ActionEvent
from helpdesk.actions import Action
from helpdesk.errors import Conflict, NotFound, OverLimit
from helpdesk.ids import ActionId, EventId, TenantId
from helpdesk.pages import Page
from helpdesk.usage import UsageEvent
from tests.fakes.ledger import MemoryLedger
from tests.fakes.pages import newest_first

_Key = tuple[TenantId, ActionId]


class MemoryActions:
    """Actions in dicts, under one lock.

    ``outbox`` holds what is to be queued, ``events`` the usage events that it wrote (they are in
    ``ledger``, too, when there is one), ``told`` what turns were told, ``held`` how much of each
    limit is taken.
    """

    def __init__(self, ledger: MemoryLedger | None = None) -> None:
        self._ledger = ledger
        self.outbox: list[_Key] = []
        self.events: dict[EventId, UsageEvent] = {}
        self.told: dict[tuple[str, ActionId], str] = {}
        self.held: Counter[tuple[TenantId, str]] = Counter()
        self._lock = threading.Lock()
        self._heads: dict[_Key, Action] = {}
        self._histories: dict[_Key, list[ActionEvent]] = {}
        self._requests: dict[tuple[TenantId, str], ActionId] = {}

    def record(self, change: ActionChange) -> Action | None:
        """Writes a change, or nothing. Raises Conflict and OverLimit."""
        action = change.after
        key = (action.tenant, action.id)
        with self._lock:
            head = self._heads.get(key)
            if head == action:
                return None
            if change.request and (
                first := self._requests.get((action.tenant, change.request.key))
            ):
                return self._heads[action.tenant, first]
            if (head.version if head else None) != (
                change.before.version if change.before else None
            ):
                raise Conflict("The action has moved on meanwhile.")
            for hold in change.takes:
                held = self.held[action.tenant, hold.counter] + hold.micros
                if hold.room_micros is not None and held > hold.room_micros:
                    raise OverLimit("This would go over a limit.", hold.counter)
            self._write(key, change)
        return None

    def get(self, tenant: TenantId, action: ActionId) -> Action:
        """One action. Raises NotFound."""
        if found := self._heads.get((tenant, action)):
            return found
        raise NotFound("There is no such action.")

    def get_many(
        self, tenant: TenantId, actions: Collection[ActionId]
    ) -> Mapping[ActionId, Action]:
        """Those of the actions that exist."""
        return {a: found for a in actions if (found := self._heads.get((tenant, a)))}

    def proposed_by(self, tenant: TenantId, request_key: str) -> Action | None:
        """The action that a request proposed, if it did."""
        first = self._requests.get((tenant, request_key))
        return self.get(tenant, first) if first else None

    def history(self, tenant: TenantId, action: ActionId) -> Sequence[ActionEvent]:
        """All events of an action, in order. Raises NotFound."""
        if found := self._histories.get((tenant, action)):
            return list(found)
        raise NotFound("There is no such action.")

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Action]:
        """A tenant's actions, newest first."""
        own = [action for (owner, _), action in self._heads.items() if owner == tenant]
        return newest_first(own, lambda each: each.id, limit, cursor)

    def due(self, before: datetime, limit: int) -> Sequence[Action]:
        """Actions of any tenant that are due before then, longest due first."""
        due = [each for each in self._heads.values() if each.due_at and each.due_at < before]
        return sorted(due, key=lambda each: each.due_at or before)[:limit]

    def _write(self, key: _Key, change: ActionChange) -> None:
        action = change.after
        self._heads[key] = action
        self._histories.setdefault(key, []).extend(change.events)
        if change.request:
            self._requests[action.tenant, change.request.key] = action.id
        for hold in change.takes:
            self.held[action.tenant, hold.counter] += hold.micros
        for hold in change.returns:
            self.held[action.tenant, hold.counter] -= hold.micros
        if change.wakes:
            self.outbox.append((action.tenant, change.wakes))
        if change.usage:
            self.events[change.usage.id] = change.usage
            if self._ledger:
                self._ledger.record(change.usage)
        if (place := change.told_in) and place.turn:
            self.told[place.turn, action.id] = action.status.value
