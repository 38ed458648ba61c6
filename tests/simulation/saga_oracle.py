"""What must be true of any schedule of processes: done whole once, undone whole, or at a human."""

from collections import Counter
from decimal import Decimal

from helpdesk.actions import Action, ActionStatus, fold
from helpdesk.ids import ActionId
from helpdesk.saga_steps import step_id
from tests.simulation.oracle import check_holds, check_truth
from tests.simulation.saga_world import PAID_PER_ORDER, SagaWorld
from tests.simulation.world import TENANT

_NOT_DONE = (ActionStatus.FAILED, ActionStatus.REJECTED)


def check_sagas(world: SagaWorld) -> None:
    """Raises AssertionError for whatever was done twice, by half, lost, or told wrongly."""
    actions = {action.id: action for action in world.all_actions()}
    done = Counter(ActionId(effect.key) for effect in world.provider.done)
    assert all(times == 1 for times in done.values()), f"done twice: {done}"
    assert done.keys() <= actions.keys(), "done without an action"
    for action in actions.values():
        assert fold(world.actions.history(TENANT, action.id)) == action
        if action.parent:
            assert action.parent in actions
            check_truth(action, done[action.id])
        else:
            _check_whole(action, actions, done)
    _check_shipments(world)
    _check_paid(world)
    check_holds(world, list(actions.values()))
    finished = {
        action.id
        for action in actions.values()
        if action.status is ActionStatus.SUCCEEDED and action.parent is None
    }
    assert {event.subject for event in world.actions.events.values()} == finished


def _check_whole(parent: Action, actions: dict[ActionId, Action], done: Counter[ActionId]) -> None:
    numbers = range(len(parent.tool.steps))
    steps = [done[step_id(parent, number, "step")] for number in numbers]
    undos = [done[step_id(parent, number, "undo")] for number in numbers]
    match parent.status:
        case ActionStatus.SUCCEEDED:
            assert set(steps) == {1}, f"{parent.id}: 'done', but only {steps}"
            assert set(undos) == {0}, f"{parent.id}: 'done', but undone {undos}"
            assert len((parent.result or {})["steps"]) == len(steps)
        case status if status in _NOT_DONE:
            assert steps == undos, f"{parent.id}: 'nothing left changed', but {steps} - {undos}"
        case ActionStatus.UNKNOWN:
            assert parent.human_asked, f"{parent.id}: unknown, and nobody was asked"
            own = [each for each in actions.values() if each.parent == parent.id]
            unclear = [each for each in own if each.status is ActionStatus.UNKNOWN]
            refused = [each for each in own if each.status in _NOT_DONE]
            assert unclear or refused, f"{parent.id}: a human was asked about nothing"
        case status:
            raise AssertionError(f"{parent.id}: lost as {status}")
    for number in numbers:
        assert steps[number] >= undos[number], f"{parent.id}: undone, but never done"


def _check_shipments(world: SagaWorld) -> None:
    balance: Counter[str] = Counter()
    for effect in world.provider.done:
        if effect.tool in ("cancel_shipment", "restore_shipment"):
            balance[effect.order] += 1 if effect.tool == "cancel_shipment" else -1
    assert {order for order, count in balance.items() if count} == world.provider.cancelled


def _check_paid(world: SagaWorld) -> None:
    paid: Counter[str] = Counter()
    for effect in world.provider.done:
        paid[effect.order] += effect.cents if effect.tool == "refund_order" else 0
    assert max(paid.values(), default=0) <= Decimal(PAID_PER_ORDER) * 100, paid
