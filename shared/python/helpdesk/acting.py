"""Acting: proposals become actions, are confirmed or refused, and are claimed to run once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from helpdesk.action_changes import ActionChange, RequestClaim, change
from helpdesk.action_events import (
    ActionEvent,
    Approved,
    Claimed,
    ConfirmationAsked,
    Decider,
    Failed,
    Place,
    Proposed,
    Rejected,
    Succeeded,
)
from helpdesk.action_policy import Policy, WhenOver, holds_of, limit_named, summary_of
from helpdesk.action_waking import queue_at_once
from helpdesk.actions import Action, ActionStatus, after, hash_of
from helpdesk.clock import Clock
from helpdesk.errors import Conflict, IdempotencyConflict, OverLimit
from helpdesk.ids import ActionId, Chance, TenantId, new_id
from helpdesk.ports import ActionQueue, Actions, ArgumentSchema, Tools
from helpdesk.saga import AskHuman, what_next
from helpdesk.saga_steps import stages_of, stages_taken, step_id
from helpdesk.tariffs import Tariffs
from helpdesk.tools import Arguments, Tool

CUSTOMER_TIME = timedelta(minutes=30)
"""How long a customer's yes counts for what was shown."""

AGENT_TIME = timedelta(days=3)
"""How long a colleague has to decide."""

Decision = Literal["approve", "reject"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call that a model, or a tenant's program, wants made.

    ``request`` names the wish for ever: the same one never makes a second action. ``end_user`` is
    the verified customer; ``over_limit`` says what becomes of a call that a limit has no room for.
    """

    tenant: TenantId
    tool: str
    arguments: Arguments
    request: str
    end_user: str | None = None
    place: Place | None = None
    over_limit: WhenOver = "refuse"

    @property
    def claim(self) -> RequestClaim:
        """The request as it is kept."""
        return RequestClaim(self.request, hash_of(self.tool, self.arguments))


@dataclass(frozen=True, slots=True)
class Acting:
    """Proposes, confirms and claims. The model proposes; this decides.

    Work is queued at once, as far as the queue can be reached: the outbox, written with the claim,
    is what makes sure of it.
    """

    actions: Actions
    queue: ActionQueue
    tools: Tools
    schema: ArgumentSchema
    tariffs: Tariffs
    now: Clock
    chance: Chance = secrets.token_bytes

    def propose(self, proposal: Proposal) -> Action:
        """The action that a proposal leads to: running, or waiting for somebody's yes.

        The same request gives the same action. Raises NotFound for an unknown tool,
        ValidationFailed and PolicyViolation for a call that may not be made, and
        IdempotencyConflict for another call under the same request.
        """
        if known := self._known(proposal):
            return known
        tool = self.tools.get(proposal.tenant, proposal.tool)
        policy = Policy(self.schema)
        vetted = policy.vet(tool, proposal.arguments, proposal.end_user, proposal.over_limit)
        now = self.now()
        proposed = Proposed(
            at=now,
            tenant=proposal.tenant,
            action=ActionId(new_id("act", now, self.chance)),
            tool=tool,
            arguments=vetted.arguments,
            summary=summary_of(tool, vetted.arguments),
            order=vetted.order,
            end_user=proposal.end_user,
            place=proposal.place,
        )
        following: tuple[ActionEvent, ...]
        shown = hash_of(tool.name, vetted.arguments)
        if vetted.over_limit:
            following = (_asking_a_colleague(now, shown, vetted.over_limit),)
        elif tool.confirmation == "none":
            holds = holds_of(tool, vetted, proposal.end_user, now.date().isoformat())
            following = (Approved(now, "policy", shown), Claimed(now, holds, proposal.place))
        else:
            time = CUSTOMER_TIME if tool.confirmation == "customer" else AGENT_TIME
            following = (ConfirmationAsked(now, tool.confirmation, shown, now + time),)
        try:
            return self._open(proposal, proposed, *following)
        except OverLimit as over:
            if proposal.over_limit == "refuse":
                raise
            limit = limit_named(tool, over.counter)
            return self._open(proposal, proposed, _asking_a_colleague(now, shown, limit))

    def decide(
        self,
        tenant: TenantId,
        action: ActionId,
        decision: Decision,
        by: Decider,
        *,
        place: Place | None = None,
        over_limit: WhenOver = "refuse",
    ) -> Action:
        """What becomes of an action that waits for a decision; asked again, the same.

        ``over_limit`` says what a yes leads to when a limit has no room left; a colleague who was
        asked to let it go over the limit does so. For one whose outcome is unknown, a colleague's
        "approve" says that it was done and "reject" that it was not; of a process whose step is
        unclear, the step is decided.

        Raises NotFound; Conflict when there is nothing (more) to decide or somebody else has to;
        PolicyViolation when a limit has no room left.
        """
        known = self.actions.get(tenant, action)
        if _is_repetition(known, decision):
            return known
        if known.human_asked and by == "agent" and not known.status.settled:
            self._require_word_on(known)
            return self._write(known, self._word_of_a_colleague(decision))
        if known.status is not ActionStatus.AWAITING_CONFIRMATION:
            raise Conflict(f"The action is {known.status.value}: there is nothing to decide.")
        if decision == "reject":
            return self._write(known, Rejected(self.now(), by, "It was declined."))
        return self._approve(known, by, place, over_limit)

    def _approve(
        self, action: Action, by: Decider, place: Place | None, over_limit: WhenOver
    ) -> Action:
        now = self.now()
        approved = Approved(now, by, action.arguments_hash)
        after(action, [approved])  # Whether that is theirs to say, before anything else is asked.
        allowed = action.over_limit is not None
        asks = over_limit == "ask"
        # Vetted anew: the tool's limits may have changed, and they are what holds are taken from.
        tool = self.tools.get(action.tenant, action.tool.name)
        policy = Policy(self.schema)
        lenient: WhenOver = "ask" if allowed or asks else "refuse"
        vetted = policy.vet(tool, action.arguments, action.end_user, lenient)
        if vetted.arguments != action.arguments:
            raise Conflict("The tool has changed since: propose it anew.")
        shown = action.arguments_hash
        if vetted.over_limit and not allowed:
            return self._write(action, _asking_a_colleague(now, shown, vetted.over_limit, place))
        day = now.date().isoformat()
        holds = holds_of(tool, vetted, action.end_user, day, over_limit=allowed)
        try:
            return self._write(action, approved, Claimed(now, holds, place))
        except OverLimit as over:
            if asks:
                limit = limit_named(tool, over.counter)
                return self._write(action, _asking_a_colleague(now, shown, limit, place))
            self._write(action, Rejected(now, "policy", over.detail))
            raise

    def _require_word_on(self, action: Action) -> None:
        """Of a process a colleague decides what its steps leave open, and nothing else."""
        if not action.tool.steps:
            return
        taken = stages_taken(self.actions, action)
        match what_next(stages_of(action, taken)):
            case AskHuman(number, kind, "unclear"):
                step = step_id(action, number, kind)
                raise Conflict(f"Decide on its {kind} {step}: the rest follows from that.")
            case AskHuman():
                return
        raise Conflict("It goes on by itself: there is nothing to decide.")

    def _word_of_a_colleague(self, decision: Decision) -> ActionEvent:
        if decision == "approve":
            return Succeeded(self.now(), {}, by="agent")
        return Failed(self.now(), "not_done", "A colleague found that it was not done.", by="agent")

    def _open(self, proposal: Proposal, *events: ActionEvent) -> Action:
        moved = change(None, events, self.tariffs, proposal.claim)
        if first := self.actions.record(moved):
            return self._same(proposal, first)
        self._queue(moved)
        return moved.after

    def _write(self, action: Action, *events: ActionEvent) -> Action:
        moved = change(action, events, self.tariffs)
        self.actions.record(moved)
        self._queue(moved)
        return moved.after

    def _queue(self, moved: ActionChange) -> None:
        queue_at_once(self.actions, self.queue, moved)

    def _known(self, proposal: Proposal) -> Action | None:
        first = self.actions.proposed_by(proposal.tenant, proposal.request)
        return self._same(proposal, first) if first else None

    def _same(self, proposal: Proposal, first: Action) -> Action:
        asked = hash_of(proposal.tool, _without_customer(proposal.arguments, first.tool))
        if asked != hash_of(first.tool.name, _without_customer(first.arguments, first.tool)):
            raise IdempotencyConflict("This request proposed another action before.")
        return first


def _asking_a_colleague(
    now: datetime, shown: str, over_limit: str, place: Place | None = None
) -> ConfirmationAsked:
    return ConfirmationAsked(now, "agent", shown, now + AGENT_TIME, over_limit, place)


def _without_customer(arguments: Arguments, tool: Tool) -> Arguments:
    return {name: value for name, value in arguments.items() if name != tool.end_user_field}


def _is_repetition(action: Action, decision: Decision) -> bool:
    if decision == "reject":
        return action.status is ActionStatus.REJECTED
    return action.approved_by is not None and not action.human_asked
