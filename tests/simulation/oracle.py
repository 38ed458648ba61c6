"""What must be true of any schedule, whatever happened in it."""

from collections import Counter
from decimal import Decimal

from helpdesk.actions import Action, ActionStatus, fold
from tests.simulation.world import PER_CUSTOMER, PER_DAY, PER_ORDER, TENANT, World

_HOLDING = (ActionStatus.RUNNING, ActionStatus.UNKNOWN, ActionStatus.SUCCEEDED)


def check(world: World) -> None:
    """Raises AssertionError for whatever was paid twice, lost, over a limit or told wrongly."""
    actions = {action.id: action for action in world.all_actions()}
    paid = Counter(payment.key for payment in world.provider.paid)
    assert all(times == 1 for times in paid.values()), f"paid twice: {paid}"
    assert paid.keys() <= actions.keys(), "paid without an action"
    for action in actions.values():
        check_truth(action, paid[action.id])
        assert fold(world.actions.history(TENANT, action.id)) == action
    _check_limits(world)
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


def _check_limits(world: World) -> None:
    orders: Counter[str] = Counter()
    customers: Counter[str] = Counter()
    for payment in world.provider.paid:
        orders[payment.order] += payment.cents
        customers[payment.customer] += payment.cents
    assert max(orders.values(), default=0) <= Decimal(PER_ORDER) * 100, orders
    assert max(customers.values(), default=0) <= Decimal(PER_CUSTOMER) * 100, customers


def check_holds(world: World, actions: list[Action]) -> None:
    """Each limit holds just what the actions hold that may have been done, and no more than it
    may."""
    wanted: Counter[tuple[str, str]] = Counter()
    for action in actions:
        if action.status in _HOLDING:
            for hold in action.holds:
                wanted[TENANT, hold.counter] += hold.micros
    assert {key: held for key, held in world.actions.held.items() if held} == dict(wanted)
    per_day = [held for (_, counter), held in wanted.items() if "#day#" in counter]
    assert max(per_day, default=0) <= Decimal(PER_DAY) * 1_000_000


def _check_bills(world: World, actions: list[Action]) -> None:
    done = {action.id for action in actions if action.status is ActionStatus.SUCCEEDED}
    assert {event.subject for event in world.actions.events.values()} == done
