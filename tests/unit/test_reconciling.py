"""Reconciling: what waits is queued; what is over is not."""

from datetime import timedelta

from helpdesk.action_changes import change
from helpdesk.action_events import AttemptStarted, Succeeded
from helpdesk.events import ActionWork
from helpdesk.reconciling import Reconciling
from tests.contract.action_examples import NOW, a_proposal, the_claim_of
from tests.contract.examples import a_tenant_id
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.tariffs import flat_tariffs

LATER = NOW + timedelta(hours=1)


def test_work_is_queued_while_there_is_something_to_do():
    actions, queue = MemoryActions(), MemoryActionQueue()
    reconciling = Reconciling(actions, queue, lambda: LATER)
    action = _claimed(actions)
    work = ActionWork(tenant=action.tenant, action=action.id)

    assert reconciling.queue([work, work]) == 1

    started = AttemptStarted(NOW, 1, LATER, "w1")
    actions.record(change(action, [started, Succeeded(NOW, {})], flat_tariffs()))
    assert reconciling.queue([work]) == 0
    assert reconciling.sweep() == 0


def _claimed(actions):
    proposal = a_proposal(a_tenant_id())
    actions.record(proposal)
    claim = the_claim_of(proposal.after)
    actions.record(claim)
    return claim.after
