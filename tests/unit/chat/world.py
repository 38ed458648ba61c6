"""A chat over fakes: a company with two articles, its log, and a model that follows a script."""

import itertools
import threading
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import cast

from helpdesk.acting import Acting, Decision
from helpdesk.chat import Chat
from helpdesk.chat_context import Question
from helpdesk.chat_events import ChatEvent, Start
from helpdesk.conversations import RequestKey, Turn
from helpdesk.errors import NotFound
from helpdesk.execution import Execution
from helpdesk.ids import ActionId, ConversationId, DocumentId, TenantId
from helpdesk.passages import Found, Passage
from helpdesk.ports import Tenants
from helpdesk.retrieval import Retrieval
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from helpdesk.tenants import Tenant
from helpdesk.tool_use import ToolUse
from helpdesk.turn_answering import Answering
from helpdesk.turn_in_progress import Measurements
from tests.fakes.action_queue import MemoryActionQueue
from tests.fakes.actions import MemoryActions
from tests.fakes.conversations import MemoryConversations
from tests.fakes.language_model import ScriptedModel
from tests.fakes.schema import AnyArguments
from tests.fakes.shop import ScriptedShop
from tests.fakes.tariffs import flat_tariffs, one_price, standard_tenant
from tests.fakes.tools import MemoryTools

TENANT, STRANGER = TenantId("ten_1"), TenantId("ten_2")
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TARIFFS = flat_tariffs(one_price(1_000_000, 2_000_000))
FIRST, SECOND = "k222", "k223"
"""The ids under which the model is shown the two passages."""


class OneCompany:
    """Tenants, of which there is one."""

    def get(self, tenant: TenantId) -> Tenant:
        """The company. Raises NotFound."""
        if tenant not in (TENANT, STRANGER):
            raise NotFound("There is no such tenant.")
        return standard_tenant(tenant, "Fern & Oak", NOW)


class Shelf:
    """A retrieval that always finds what lies on it; an error among it is raised."""

    def __init__(self) -> None:
        self.found: Sequence[Found] | Exception = [
            Found(
                Passage(DocumentId("doc_1"), 1, 0, "Parcels take two days."), "Delivery", None, 1
            ),
            Found(Passage(DocumentId("doc_2"), 1, 0, "Returns are free."), "Returns", None, 0.5),
        ]
        self.asked: list[str] = []

    def search(self, tenant: TenantId, query: str, limit: int) -> Sequence[Found]:
        """What lies on the shelf."""
        self.asked.append(query)
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class Witness:
    """A TurnObserver that remembers."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.measurements: list[Measurements] = []
        self.errors: list[Exception] = []

    def settled(self, turn: Turn, measurements: Measurements) -> None:
        """Remembers a turn."""
        self.turns.append(turn)
        self.measurements.append(measurements)

    def crashed(self, turn: Turn, error: Exception) -> None:
        """Remembers an error."""
        self.errors.append(error)


class Chances:
    """Ids of passages as in FIRST and SECOND, for each turn anew; other ids count up."""

    def __init__(self) -> None:
        self._passages = itertools.cycle([b"\0\0\0", b"\0\0\1"])
        self._others = itertools.count(1)
        self._lock = threading.Lock()

    def __call__(self, length: int) -> bytes:
        """So many bytes."""
        with self._lock:
            return next(self._passages) if length == 3 else next(self._others).to_bytes(length)


class World:
    """Everything that a chat needs, and the chat."""

    def __init__(self, model: ScriptedModel, turn_seconds: float = 5) -> None:
        self.model = model
        self.now = NOW
        self.shelf = Shelf()
        self.log = MemoryConversations()
        self.witness = Witness()
        self.actions = MemoryActions()
        self.tools = MemoryTools()
        self.shop = ScriptedShop()
        ports = (self.actions, MemoryActionQueue(), self.tools, AnyArguments(), TARIFFS)
        acting = Acting(*ports, lambda: self.now)
        self.execution = Execution(
            self.actions,
            MemoryActionQueue(),
            self.shop,
            Sagas(SagaSteps(*ports, lambda: self.now)),
            TARIFFS,
            lambda: self.now,
        )
        self.tool_use = ToolUse(acting, self.tools, self.shop, self._while_waiting)
        self.chat = Chat(
            cast(Tenants, OneCompany()),
            cast(Retrieval, self.shelf),
            Answering(model, self.tool_use),
            self.log,
            TARIFFS,
            lambda: self.now,
            self.witness,
            chance=Chances(),
            turn_seconds=turn_seconds,
        )

    async def _while_waiting(self, _: float) -> None:
        """What is claimed is done as soon as somebody waits for it."""
        self.work()

    def work(self) -> None:
        """The queue and its worker."""
        while self.actions.outbox:
            self.execution.run(*self.actions.outbox.pop(0))

    def decide(self, action: ActionId, decision: Decision) -> None:
        """What a colleague says."""
        self.tool_use.acting.decide(TENANT, action, decision, "agent")

    async def hear(self, question: Question) -> list[ChatEvent]:
        """All events of an answer; their numbers count from one."""
        async with aclosing(self.chat.answer(question)) as events:
            numbered = [each async for each in events]
        assert [number for number, _ in numbered] == list(range(1, len(numbered) + 1))
        return [event for _, event in numbered]

    def turn(self, events: Sequence[ChatEvent], tenant: TenantId = TENANT) -> Turn:
        """The turn of the log that these events belong to."""
        start = events[0]
        assert isinstance(start, Start)
        return self.log.turn(tenant, start.conversation, start.turn)


def ask(
    text: str = "How long does a parcel take?",
    conversation: ConversationId | None = None,
    request: RequestKey | None = None,
    tenant: TenantId = TENANT,
) -> Question:
    """A question of the company's customer."""
    return Question(tenant, text, conversation, request=request)
