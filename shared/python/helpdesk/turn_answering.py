"""How a turn is answered: by the model from its sources, with the tools that it asks for, or by
what a customer's yes or no does to an action."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from helpdesk.action_events import Place
from helpdesk.action_words import ONE_MOMENT, refusing, telling
from helpdesk.actions import Action, ActionStatus
from helpdesk.chat_context import Context, Question
from helpdesk.confirmation import decision_in
from helpdesk.errors import NotFound, PolicyViolation, ValidationFailed
from helpdesk.model import Message, ToolCall
from helpdesk.ports import LanguageModel
from helpdesk.prompts import answer_prompt, refusal
from helpdesk.tool_use import Scene, ToolUse, as_told, error_for_model, offer_of
from helpdesk.tools import Tool
from helpdesk.turn_in_progress import TurnInProgress

MAX_ROUNDS = 5
"""How often one turn asks the model: each time but the last it wanted something called."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers one turn after the other."""

    model: LanguageModel
    tool_use: ToolUse

    async def answer(self, question: Question, context: Context, turn: TurnInProgress) -> None:
        """Answers a turn whose context was read. Raises Unavailable when the model fails."""
        turn.retrieved(context.sources)
        scene = _scene(question, context, turn)
        decision = decision_in(question.text) if context.pending else None
        if context.pending and decision:
            await _tell(turn, self.tool_use.decide(scene, context.pending, decision))
        elif context.sources or scene.tools:
            await self._ask_model(question, context, scene, turn)
        if turn.refused:
            turn.refuse(refusal(context.tenant))

    async def _ask_model(
        self, question: Question, context: Context, scene: Scene, turn: TurnInProgress
    ) -> None:
        prompt = list(
            answer_prompt(
                context.tenant,
                context.sources,
                context.history,
                question.text,
                with_tools=bool(scene.tools),
            )
        )
        for _ in range(MAX_ROUNDS):
            calls = await self._round(prompt, scene.tools, turn)
            if not calls:
                turn.model_ended()
                return
            answers = await self._use(scene, calls, turn)
            if answers is None:
                return
            prompt += [Message("assistant", "", calls=tuple(calls)), *answers]
        turn.say(refusing("Too many things had to be looked up."))

    async def _round(
        self, prompt: Sequence[Message], tools: Mapping[str, Tool], turn: TurnInProgress
    ) -> Sequence[ToolCall]:
        calls: list[ToolCall] = []
        turn.model_called(prompt)
        offers = [offer_of(tool) for tool in tools.values()]
        async with aclosing(self.model.stream(prompt, offers)) as answer:
            async for said in answer:
                if isinstance(said, ToolCall):
                    calls.append(said)
                else:
                    turn.model_said(said)
        return calls

    async def _use(
        self, scene: Scene, calls: Sequence[ToolCall], turn: TurnInProgress
    ) -> Sequence[Message] | None:
        """The answers to the model's calls; None when something was proposed and the turn ends."""
        answers: list[Message] = []
        for call in sorted(calls, key=lambda each: _writes(scene, each)):
            try:
                answer = await self._call(scene, call, turn)
            except (ValidationFailed, NotFound) as error:
                answer = error_for_model(error)
            except PolicyViolation as violation:
                turn.say(refusing(violation.detail))
                return None
            if answer is None:
                return None
            answers.append(Message("tool", answer, call_id=call.id))
        return answers

    async def _call(self, scene: Scene, call: ToolCall, turn: TurnInProgress) -> str | None:
        if call.name not in scene.tools:
            raise NotFound("There is no such tool.")
        if _writes(scene, call):
            await _tell(turn, self.tool_use.act(scene, call))
            return None
        found = await self.tool_use.look_up(scene, call)
        turn.tell(found.action, acted=False)
        return found.answer


async def _tell(turn: TurnInProgress, states: AsyncGenerator[Action, None]) -> None:
    """Tells of each state, at once that there will be one, and in the end how it stands."""
    first: Action | None = None
    async with aclosing(states):
        async for state in states:
            turn.tell(as_told(state), acted=True)
            if first is None and state.status is ActionStatus.RUNNING:
                turn.say(ONE_MOMENT)
            first, last = first or state, state
    if first:
        turn.say(telling(last))


def _scene(question: Question, context: Context, turn: TurnInProgress) -> Scene:
    customer = question.end_user or context.end_user
    return Scene(
        tenant=question.tenant,
        place=Place(turn.turn.conversation, turn.turn.id),
        end_user=customer.id if customer else None,
        tools=context.tools,
    )


def _writes(scene: Scene, call: ToolCall) -> bool:
    return call.name in scene.tools and scene.tools[call.name].effect == "write"
