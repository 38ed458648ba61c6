"""What must be true of any schedule, whatever happened in it."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from helpdesk.actions import Action, ActionStatus, fold
from helpdesk.errors import Conflict
from tests.simulation.world import PER_ACTION, PER_CUSTOMER, PER_DAY, PER_ORDER, TENANT, World

_HOLDING = (ActionStatus.RUNNING, ActionStatus.UNKNOWN, ActionStatus.SUCCEEDED)


def check(world: World) -> None:
    """Raises AssertionError for whatever was paid twice, lost, over a limit or told wrongly."""
    actions = {action.id: action for action in world.all_actions()}
    paid = Counter(payment.key for payment in world.provider.paid)
    assert all(times == 1 for times in paid.values()), f"paid twice: {paid}"
    assert paid.keys() <= actions.keys(), "paid without an action"
    for action in actions.values():
        check_truth(action, paid[action.id])
        _check_history(world, action)
        _check_permission(action)
    _check_limits(world, actions.values())
    check_holds(world, list(actions.values()))
    _check_bills(world, list(actions.values()))


def check_truth(action: Action, times: int) -> None:
    """What the customer reads is true, and nothing is left hanging."""
    match action.status:
        case ActionStatus.SUCCEEDED:
            assert times == 1, f"{action.id}: 'done', but not paid"
        case ActionStatus.FAILED | ActionStatus.REJECTED:
            assert times == 0, f"{action.id}: 'not done', but paid"
        case ActionStatus.UNKNOWN:
            assert action.human_asked, f"{action.id}: unknown, and nobody was asked"
        case status:
            raise AssertionError(f"{action.id}: lost as {status}")


def _check_history(world: World, action: Action) -> None:
    """The events lead to the action as it stands, each from where the one before had led."""
    try:
        assert fold(world.actions.history(TENANT, action.id)) == action
    except Conflict as error:
        raise AssertionError(f"{action.id}: {error.detail}") from error


def _check_permission(action: Action) -> None:
    """Without a colleague's word nothing is held that there is no room for."""
    if action.over_limit and action.approved_by:
        assert action.approved_by == "agent", f"{action.id}: over a limit by {action.approved_by}"
    without_room = [hold for hold in action.holds if hold.room_micros is None]
    assert bool(without_room) == bool(action.over_limit and action.holds), action


def _check_limits(world: World, actions: Iterable[Action]) -> None:
    """What no colleague has allowed stays within each limit."""
    allowed = {action.id for action in actions if action.over_limit}
    orders: Counter[str] = Counter()
    customers: Counter[str] = Counter()
    for payment in world.provider.paid:
        if payment.key in allowed:
            continue
        assert payment.cents <= Decimal(PER_ACTION) * 100, payment
        orders[payment.order] += payment.cents
        customers[payment.customer] += payment.cents
    assert max(orders.values(), default=0) <= Decimal(PER_ORDER) * 100, orders
    assert max(customers.values(), default=0) <= Decimal(PER_CUSTOMER) * 100, customers


def check_holds(world: World, actions: list[Action]) -> None:
    """Each limit holds just what the actions hold that may have been done, and of what no
    colleague has allowed no more than it may."""
    wanted: Counter[tuple[str, str]] = Counter()
    within: Counter[str] = Counter()
    for action in actions:
        if action.status in _HOLDING:
            for hold in action.holds:
                wanted[TENANT, hold.counter] += hold.micros
                within[hold.counter] += hold.micros if hold.room_micros is not None else 0
    assert {key: held for key, held in world.actions.held.items() if held} == dict(wanted)
    per_day = [held for counter, held in within.items() if "#day#" in counter]
    assert max(per_day, default=0) <= Decimal(PER_DAY) * 1_000_000


def _check_bills(world: World, actions: list[Action]) -> None:
    done = {action.id for action in actions if action.status is ActionStatus.SUCCEEDED}
    assert {event.subject for event in world.actions.events.values()} == done
