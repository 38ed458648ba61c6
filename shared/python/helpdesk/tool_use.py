"""What a turn does with tools: looks things up, proposes actions, and hears a customer's yes."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpdesk.acting import Acting, Decision, Proposal
from helpdesk.action_events import Place
from helpdesk.action_policy import Policy, summary_of
from helpdesk.action_steps import message_in
from helpdesk.actions import Action, ActionStatus, hash_of
from helpdesk.conversations import Turn, TurnAction
from helpdesk.errors import Conflict, HelpdeskError, PolicyViolation
from helpdesk.ids import ActionId, TenantId, new_id
from helpdesk.model import ToolCall, ToolOffer
from helpdesk.ports import ToolCaller, Tools
from helpdesk.tool_calls import Answered, ToolReply
from helpdesk.tools import Arguments, Tool

READ_SECONDS = 8.0
"""How long a system has to answer what is looked up while a customer waits."""

WAIT_SECONDS = 8.0
"""How long a customer waits for an action before the turn says that it is in progress."""

_POLL_SECONDS = 0.15
_MOST_GENERATIONS = 20
_MOST_CHARACTERS = 16_000


@dataclass(frozen=True, slots=True)
class Told:
    """What came of looking something up: for the customer to see, and for the model to read."""

    action: TurnAction
    answer: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Whose turn it is, and where: what a call needs beside itself.

    ``end_user`` is the verified customer; ``read`` remembers what this turn has looked up.
    """

    tenant: TenantId
    place: Place
    end_user: str | None
    tools: Mapping[str, Tool]
    read: dict[str, Told] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolUse:
    """Makes the calls of a turn. The synchronous ports are called in threads."""

    acting: Acting
    tools: Tools
    caller: ToolCaller
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    wait_seconds: float = WAIT_SECONDS

    async def of_tenant(self, tenant: TenantId) -> Mapping[str, Tool]:
        """A tenant's tools by name."""
        return {tool.name: tool for tool in await asyncio.to_thread(self.tools.all, tenant)}

    async def pending(self, tenant: TenantId, turns: Sequence[Turn]) -> Action | None:
        """The action that the last turn asked the customer about, if it still waits."""
        if not turns or turns[-1].finish_reason != "awaiting_confirmation":
            return None
        asked = [action.id for action in turns[-1].actions]
        found = await asyncio.to_thread(self.acting.actions.get_many, tenant, asked)
        waiting = [action for action in found.values() if _waits_for_customer(action)]
        return waiting[-1] if waiting else None

    async def decide(
        self, scene: Scene, pending: Action, decision: Decision
    ) -> AsyncGenerator[Action, None]:
        """What becomes of an action by the customer's word, state by state.

        A yes that comes too late, or to a tool that was changed, asks anew; one to what a limit has
        no room for any more leads to a colleague.
        """
        try:
            decided = await asyncio.to_thread(
                self.acting.decide,
                scene.tenant,
                pending.id,
                decision,
                "customer",
                place=scene.place,
                over_limit="ask",
            )
        except PolicyViolation:
            decided = await self._now(pending)
        except Conflict:
            decided = await self._now(pending)
            if not _waits_for_customer(decided):
                async for state in self._until_told(decided):
                    yield state
                return
            decided = await self._propose(
                scene, pending.tool.name, pending.arguments, after=pending
            )
        async for state in self._until_told(decided):
            yield state

    async def look_up(self, scene: Scene, call: ToolCall) -> Told:
        """What a reading tool answers; the same call is made once in a turn.

        Raises PolicyViolation, and ValidationFailed for arguments that are wrong.
        """
        tool = scene.tools[call.name]
        vetted = Policy(self.acting.schema).vet(tool, arguments_of(call), scene.end_user)
        key = hash_of(tool.name, vetted.arguments)
        if key not in scene.read:
            now = self.acting.now()
            id_ = ActionId(new_id("act", now, self.acting.chance))
            reply = await asyncio.to_thread(
                self.caller.call, tool, vetted.arguments, id_, READ_SECONDS
            )
            scene.read[key] = _told(id_, tool, vetted.arguments, reply)
        return scene.read[key]

    async def act(self, scene: Scene, call: ToolCall) -> AsyncGenerator[Action, None]:
        """What becomes of a call that changes something, state by state.

        Raises PolicyViolation, and ValidationFailed for arguments that are wrong.
        """
        action = await self._propose(scene, call.name, arguments_of(call))
        async for state in self._until_told(action):
            yield state

    async def _propose(
        self, scene: Scene, tool: str, arguments: Arguments, after: Action | None = None
    ) -> Action:
        """The one action of this conversation with these arguments: a model that asks three times
        gets the same. Only after one that came to nothing there is another."""
        wish = f"chat {scene.place.conversation} {hash_of(tool, arguments)}"
        for generation in range(_MOST_GENERATIONS):
            proposal = Proposal(
                scene.tenant,
                tool,
                arguments,
                f"{wish} {generation}",
                scene.end_user,
                scene.place,
                over_limit="ask",
            )
            action = await asyncio.to_thread(self.acting.propose, proposal)
            came_to_nothing = action.status in (ActionStatus.FAILED, ActionStatus.REJECTED)
            if not came_to_nothing and (after is None or action.id != after.id):
                return action
        raise PolicyViolation("This was tried too often in this conversation.")

    async def _until_told(self, action: Action) -> AsyncGenerator[Action, None]:
        """The states of an action, until there is something to tell or the customer has waited
        long enough."""
        yield action
        waited = 0.0
        while action.status is ActionStatus.RUNNING and waited < self.wait_seconds:
            await self.pause(_POLL_SECONDS)
            waited += _POLL_SECONDS
            latest = await self._now(action)
            if latest.status is not action.status:
                yield latest
            action = latest

    async def _now(self, action: Action) -> Action:
        return await asyncio.to_thread(self.acting.actions.get, action.tenant, action.id)


def offer_of(tool: Tool) -> ToolOffer:
    """A tool as it is offered to the model: without the customer, who is not for it to name."""
    examples = "".join(f"\nExample: {example}" for example in tool.examples)
    return ToolOffer(tool.name, tool.description + examples, tool.asked_parameters)


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments that the model wrote; none when they are no JSON object."""
    try:
        read = json.loads(call.arguments or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def as_told(action: Action) -> TurnAction:
    """An action as a turn tells of it."""
    return TurnAction(action.id, action.tool.name, action.status, action.summary, action.result)


def error_for_model(error: HelpdeskError) -> str:
    """What the model is told about a call that could not be made: data, as all that it reads."""
    wrong = [f"{each.field}: {each.message}" for each in error.errors]
    return json.dumps({"error": error.detail, "wrong": wrong})


def _waits_for_customer(action: Action) -> bool:
    waits = action.status is ActionStatus.AWAITING_CONFIRMATION
    return waits and action.asked_of == "customer"


def _told(id_: ActionId, tool: Tool, arguments: Arguments, reply: ToolReply) -> Told:
    summary = summary_of(tool, arguments)
    if isinstance(reply, Answered) and 200 <= reply.status < 300 and reply.body is not None:
        answer = json.dumps(reply.body, ensure_ascii=False)[:_MOST_CHARACTERS]
        succeeded = ActionStatus.SUCCEEDED
        return Told(TurnAction(id_, tool.name, succeeded, summary, reply.body), answer)
    reason = "It does not answer."
    if isinstance(reply, Answered) and 400 <= reply.status < 500:
        reason = message_in(reply.body)
    failed = TurnAction(id_, tool.name, ActionStatus.FAILED, summary)
    return Told(failed, json.dumps({"error": reason}))
