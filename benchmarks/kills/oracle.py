"""What must be true when all has come to rest, by the shop's ledger and our own tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.kills.wishes import TENANT
from helpdesk.action_events import Hold
from helpdesk.actions import Action, ActionStatus, fold
from helpdesk.ports import Actions
from helpdesk.usage import UsageEvent

_HOLDING = (ActionStatus.RUNNING, ActionStatus.UNKNOWN, ActionStatus.SUCCEEDED)
_UNDONE = (ActionStatus.FAILED, ActionStatus.REJECTED)


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a run: our actions, the shop's refunds, the bills and the limits' counters."""

    actions: Sequence[Action]
    refunds: Sequence[dict[str, Any]]
    bills: Sequence[UsageEvent]
    counters: dict[str, int]

    @property
    def paid(self) -> Counter[str]:
        """How often each action was paid."""
        return Counter(each["idempotency_key"].partition("/")[0] for each in self.refunds)


def is_at_rest(action: Action) -> bool:
    """Whether nobody but a human has anything left to do."""
    return action.status.settled or action.human_asked


def wrongs(found: Found, actions: Actions) -> Sequence[str]:
    """Everything that must not be, in words; empty when all is well."""
    return [
        *_wrong_payments(found),
        *(f"{action.id}: lost as {action.status}" for action in _lost(found.actions)),
        *_wrong_histories(found.actions, actions),
        *_wrong_limits(found),
        *_wrong_bills(found),
    ]


def _wrong_payments(found: Found) -> Iterable[str]:
    known = {action.id for action in found.actions}
    for key, times in found.paid.items():
        if times > 1:
            yield f"{key}: paid {times} times"
        if key not in known:
            yield f"{key}: paid without an action"
    for action in found.actions:
        times = found.paid[action.id]
        if action.status is ActionStatus.SUCCEEDED and not times:
            yield f"{action.id}: 'done', but not paid"
        if action.status in _UNDONE and times:
            yield f"{action.id}: '{action.status}', but paid"


def _lost(actions: Sequence[Action]) -> Sequence[Action]:
    return [action for action in actions if not is_at_rest(action)]


def _wrong_histories(all_actions: Sequence[Action], actions: Actions) -> Iterable[str]:
    for action in all_actions:
        if fold(actions.history(TENANT, action.id)) != action:
            yield f"{action.id}: its history leads elsewhere"


def _wrong_limits(found: Found) -> Iterable[str]:
    """What was paid, and what is held, stays within each limit; and what is held is what the
    counters say."""
    held: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    room: dict[str, int] = {}
    for action in found.actions:
        for hold in action.holds if action.status in _HOLDING else ():
            held[hold.counter] += hold.micros
            if hold.room_micros is not None:
                room[hold.counter] = hold.room_micros
    amounts = {
        each["idempotency_key"].partition("/")[0]: Decimal(each["amount"]) for each in found.refunds
    }
    for action in found.actions:
        for hold in action.holds:
            paid[hold.counter] += _micros(amounts, action, hold)
    for counter, micros in room.items():
        if max(held[counter], paid[counter]) > micros:
            yield f"{counter}: {held[counter]} held and {paid[counter]} paid of {micros}"
    counted = {counter: micros for counter, micros in found.counters.items() if micros}
    if counted != dict(held):
        yield f"the counters say otherwise: {set(counted.items()) ^ set(held.items())}"


def _micros(amounts: dict[str, Decimal], action: Action, hold: Hold) -> int:
    return int(amounts.get(action.id, Decimal(0)) * 1_000_000)


def _wrong_bills(found: Found) -> Iterable[str]:
    billed: Counter[str] = Counter(event.subject for event in found.bills)
    done: Counter[str] = Counter(a.id for a in found.actions if a.status is ActionStatus.SUCCEEDED)
    if billed != done:
        yield f"billed otherwise than done: {set((billed - done) + (done - billed))}"
