"""A question, and all that its prompt is made of, gathered at once."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpdesk.actions import Action
from helpdesk.citations import Source, bind
from helpdesk.conversations import Asker, EndUser, RequestKey, TurnStatus
from helpdesk.ids import Chance, ConversationId, TenantId, TurnId, VisitorId
from helpdesk.model import Message
from helpdesk.ports import Conversations, Tenants
from helpdesk.prompts import remembered
from helpdesk.retrieval import Retrieval
from helpdesk.tenants import Tenant
from helpdesk.tool_use import ToolUse
from helpdesk.tools import Tool

PASSAGES = 6
"""How many passages an answer may rest on."""

_REMEMBERED_TURNS = 4


@dataclass(frozen=True, slots=True)
class Question:
    """What a customer asks. ``history`` replaces what the log remembers of the conversation.

    ``end_user`` is who the tenant says that it is; ``visitor`` is there when a visitor asks, and
    not the tenant's server.
    """

    tenant: TenantId
    text: str
    conversation: ConversationId | None = None
    end_user: EndUser | None = None
    history: tuple[Message, ...] | None = None
    request: RequestKey | None = None
    visitor: VisitorId | None = None

    @property
    def asker(self) -> Asker:
        """Who asks, as the question's conversation sees it."""
        return Asker(self.end_user, self.visitor)


@dataclass(frozen=True, slots=True)
class Context:
    """What the prompt of a question is made of.

    ``pending`` is the action that the customer was asked about last.
    """

    tenant: Tenant
    sources: Sequence[Source]
    history: Sequence[Message]
    tools: Mapping[str, Tool]
    pending: Action | None = None
    end_user: EndUser | None = None


@dataclass(frozen=True, slots=True)
class ContextReader:
    """Gathers a question's context; what is independent is read at once, in threads."""

    tenants: Tenants
    retrieval: Retrieval
    conversations: Conversations
    tool_use: ToolUse
    chance: Chance = secrets.token_bytes

    async def read(self, question: Question, turn: TurnId) -> Context:
        """The context of a question. ``turn`` is its own turn, which is no history.

        Raises NotFound and Unavailable.
        """
        tenant, found, (history, pending), tools, head = await asyncio.gather(
            asyncio.to_thread(self.tenants.get, question.tenant),
            asyncio.to_thread(self.retrieval.search, question.tenant, question.text, PASSAGES),
            self._past(question, turn),
            self.tool_use.of_tenant(question.tenant),
            self._end_user(question),
        )
        return Context(tenant, bind(found, self.chance), history, tools, pending, head)

    async def _past(
        self, question: Question, turn: TurnId
    ) -> tuple[Sequence[Message], Action | None]:
        if question.history is not None:
            return question.history, None
        if question.conversation is None:
            return (), None
        turns = await asyncio.to_thread(
            self.conversations.turns,
            question.tenant,
            question.conversation,
            last=_REMEMBERED_TURNS + 1,
        )
        earlier = [each for each in turns if each.id != turn and each.status is TurnStatus.SETTLED]
        pending = await self.tool_use.pending(question.tenant, earlier)
        return remembered(earlier[-_REMEMBERED_TURNS:]), pending

    async def _end_user(self, question: Question) -> EndUser | None:
        if question.conversation is None:
            return question.end_user
        head = await asyncio.to_thread(
            self.conversations.get, question.tenant, question.conversation
        )
        return head.end_user
