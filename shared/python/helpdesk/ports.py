"""What the product needs of the world, in its own words: tenant first, in batches."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from helpdesk.action_changes import ActionChange
from helpdesk.actions import Action, ActionEvent
from helpdesk.conversations import Asker, Conversation, Feedback, FirstRequest, RequestKey, Turn
from helpdesk.documents import Document, Failure, Upload
from helpdesk.errors import FieldError
from helpdesk.events import DeliveryDue, DomainEvent, EmbeddingJob
from helpdesk.ids import (
    ActionId,
    ConversationId,
    DocumentId,
    EventId,
    KeyId,
    TenantId,
    TurnId,
    WebhookId,
)
from helpdesk.keys import Key, Role
from helpdesk.model import Message, Said, ToolOffer
from helpdesk.pages import Page
from helpdesk.parsing import Block
from helpdesk.passages import Candidates, Passage, Vector
from helpdesk.replies import KeyedRequest, Reply
from helpdesk.roots import Roots
from helpdesk.tenants import Tenant
from helpdesk.tool_calls import LookedUp, ToolReply
from helpdesk.tools import Arguments, Tool
from helpdesk.usage import UsageEvent
from helpdesk.webhooks import Attempt, Delivery, DueLane, Lane, Webhook


class Tenants(Protocol):
    """The companies that signed up."""

    def add(self, tenant: Tenant, keys: Sequence[Key]) -> None:
        """Writes a new tenant and its first keys, all or nothing."""

    def get(self, tenant: TenantId) -> Tenant:
        """One tenant. Raises NotFound."""

    def save(self, tenant: Tenant) -> None:
        """Replaces a tenant whose settings moved on by one. Raises Conflict on a lost race."""


class Keys(Protocol):
    """The tenants' keys, by their hashes."""

    def by_hash(self, key_hash: str) -> Key | None:
        """The key with this hash, if it is there and not revoked."""

    def add(self, key: Key) -> None:
        """Writes a new key."""

    def of_tenant(self, tenant: TenantId) -> Sequence[Key]:
        """All keys of a tenant that are not revoked, oldest first."""

    def revoke(self, tenant: TenantId, key: KeyId) -> None:
        """Revokes a key at once. Raises NotFound."""


class PlatformKeys(Protocol):
    """The keys of the platform's own people."""

    def hashes(self) -> Mapping[Role, str]:
        """The hash of each platform role's key."""


class RootSecrets(Protocol):
    """The secret from which all that signs is derived."""

    def roots(self) -> Roots:
        """The roots that hold. Raises Unavailable."""


class Documents(Protocol):
    """The truth about documents: what is there, in which version, and which one is published."""

    def add(self, document: Document) -> Document:
        """Writes a new document, or the next version of the one with the same ``external_id``.

        Returns it with the id and version that hold.
        """

    def get(self, tenant: TenantId, document: DocumentId) -> Document:
        """One document. Raises NotFound."""

    def get_many(
        self, tenant: TenantId, documents: Collection[DocumentId]
    ) -> Mapping[DocumentId, Document]:
        """Those of the documents that exist, in one round trip for up to 100."""

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Document]:
        """A tenant's documents, newest first."""

    def start(
        self, tenant: TenantId, document: DocumentId, version: int, deadline: datetime
    ) -> Document | None:
        """Moves an awaited version to processing.

        None when there is nothing to do: deleted, superseded, expired or finished. A version that
        is already processing is returned again: a repeated message finishes what a crash left.
        """

    def expect(
        self,
        tenant: TenantId,
        document: DocumentId,
        version: int,
        *,
        title: str,
        chunks: int,
        batches: int,
    ) -> None:
        """Says what a version is called, and how many chunks and batches it has."""

    def batch_done(
        self, tenant: TenantId, document: DocumentId, version: int, batch: int
    ) -> Document | None:
        """Marks one batch as indexed, once however often it is said.

        None when the version was deleted, superseded or has failed.
        """

    def publish(self, tenant: TenantId, document: DocumentId, version: int, now: datetime) -> bool:
        """Makes a version the retrieved one, by one conditional write.

        False when it was deleted, superseded, failed, expired, or is published already.
        """

    def fail(self, tenant: TenantId, document: DocumentId, version: int, failure: Failure) -> None:
        """Ends a version as failed, unless it is already finished or superseded."""

    def delete(self, tenant: TenantId, document: DocumentId) -> None:
        """Deletes a document: from here on it is not retrieved. Raises NotFound."""


class Uploads(Protocol):
    """Where the tenants' bytes lie."""

    def ticket(self, document: Document, expires_at: datetime) -> Upload:
        """How the tenant sends the bytes of this version."""

    def size_bytes(self, tenant: TenantId, document: DocumentId, version: int) -> int:
        """How many bytes were sent. Raises NotFound."""

    def read(self, tenant: TenantId, document: DocumentId, version: int) -> bytes:
        """The bytes that were sent. Raises NotFound."""

    def delete(self, tenant: TenantId, document: DocumentId, versions: Collection[int]) -> None:
        """Deletes the bytes of these versions."""


class Parser(Protocol):
    """Reads one format."""

    def parse(self, content: bytes) -> Sequence[Block]:
        """The text of a file, in reading order. Raises DocumentUnreadable."""


class EmbeddingQueue(Protocol):
    """Work for the embedding function."""

    def send(self, jobs: Sequence[EmbeddingJob]) -> None:
        """Queues all jobs, in as few calls as the queue allows. Raises Unavailable."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def model(self) -> str:
        """The id of the model: vectors of two models are never compared."""

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One unit vector for each text, in their order. Raises Unavailable."""


class EmbeddingCache(Protocol):
    """Vectors by content hash: each text of a tenant is embedded once."""

    def get_many(
        self, tenant: TenantId, model: str, hashes: Collection[str]
    ) -> Mapping[str, Vector]:
        """The vectors that are there."""

    def put_many(self, tenant: TenantId, model: str, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors."""


class PassageIndex(Protocol):
    """Finds a tenant's passages by words and by meaning. It may lag; Documents is the truth."""

    def add(self, tenant: TenantId, model: str, passages: Sequence[tuple[Passage, Vector]]) -> None:
        """Indexes passages; doing it again changes nothing."""

    def search(
        self, tenant: TenantId, model: str, words: str, vector: Vector, limit: int
    ) -> Candidates:
        """The best passages by words and the best by meaning, up to ``limit`` of each.

        An empty vector asks for words alone. Raises Unavailable.
        """

    def keep_only(self, tenant: TenantId, document: DocumentId, version: int | None) -> None:
        """Removes the versions of a document before this one; with None the whole document.

        A newer one stays: its passages may already be on their way.
        """


class LanguageModel(Protocol):
    """Answers a prompt."""

    @property
    def model(self) -> str:
        """The id of the model that is asked; the one that answers may call itself another."""

    def stream(
        self, prompt: Sequence[Message], tools: Sequence[ToolOffer] = ()
    ) -> AsyncGenerator[Said, None]:
        """The answer's pieces as they are produced, then the calls of tools that it wishes for,
        then what it used, if the model says so.

        Closing the generator hangs up. Raises Unavailable when the model does not answer within
        its deadlines.
        """


class Conversations(Protocol):
    """The log. A turn and the usage event that bills it are settled in one transaction."""

    def claim(
        self,
        turn: Turn,
        conversation: Conversation | None,
        request: RequestKey | None = None,
        asker: Asker | None = None,
    ) -> FirstRequest | None:
        """Starts a turn: of a new conversation, when one is given, or of an existing one.

        A ``request`` key is claimed in the same transaction and kept for at least 24 hours; when
        this tenant claimed it before, nothing is started and the first request is returned.
        Raises NotFound when the conversation is not there, and the ``asker``'s objection to an
        existing one.
        """

    def settle(self, turn: Turn, event: UsageEvent) -> bool:
        """Ends a running turn together with its usage event. False when it was settled before."""

    def get(self, tenant: TenantId, conversation: ConversationId) -> Conversation:
        """One conversation, by a consistent read. Raises NotFound."""

    def turns(
        self, tenant: TenantId, conversation: ConversationId, last: int | None = None
    ) -> Sequence[Turn]:
        """Its turns in order, by a consistent read; only the ``last`` few when given."""

    def turn(self, tenant: TenantId, conversation: ConversationId, turn: TurnId) -> Turn:
        """One turn, by a consistent read. Raises NotFound."""

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Conversation]:
        """A tenant's conversations, newest first."""

    def give_feedback(
        self, tenant: TenantId, conversation: ConversationId, turn: TurnId, feedback: Feedback
    ) -> None:
        """Keeps what the customer thought of a turn. Raises NotFound."""

    def orphans(self, started_before: datetime, limit: int) -> Sequence[Turn]:
        """Turns of any tenant that were claimed before then and never settled."""


class Ledger(Protocol):
    """The usage events, for ever."""

    def record(self, event: UsageEvent) -> bool:
        """Writes an event that belongs to no turn. False when the same id was written before."""

    def events(self, tenant: TenantId, period: str) -> Sequence[UsageEvent]:
        """All events of a tenant in a period (``2026-11``), in the order of their ids."""


class EventBus(Protocol):
    """Tells whoever listens what has happened."""

    def publish(self, events: Sequence[DomainEvent]) -> None:
        """Publishes events, at least once. Raises Unavailable when any was not taken."""


class Replies(Protocol):
    """First answers to requests that carry an idempotency key."""

    def once(self, request: KeyedRequest, answer: Callable[[], Mapping[str, Any]]) -> Reply:
        """Answers a request, or repeats what the first one under its key was answered.

        A refusal is not kept: the next request tries again. Raises IdempotencyConflict for another
        request under the same key, Conflict while the first is being answered, and Unavailable.
        """


class Tools(Protocol):
    """What a tenant lets its agent do."""

    def put(self, tool: Tool) -> None:
        """Writes a tool, new or anew."""

    def get(self, tenant: TenantId, name: str) -> Tool:
        """One tool. Raises NotFound."""

    def all(self, tenant: TenantId) -> Sequence[Tool]:
        """All tools of a tenant, by name."""

    def delete(self, tenant: TenantId, name: str) -> None:
        """Removes a tool; actions that were proposed with it go on. Raises NotFound."""


class ArgumentSchema(Protocol):
    """JSON Schema, draft 2020-12, without references to anywhere else."""

    def flaws(self, schema: Mapping[str, Any]) -> Sequence[FieldError]:
        """What is wrong with a schema."""

    def errors(self, schema: Mapping[str, Any], arguments: Arguments) -> Sequence[FieldError]:
        """What is wrong with arguments, by their dotted paths."""


class Actions(Protocol):
    """The actions and their histories. All reads but ``due`` are consistent."""

    def record(self, change: ActionChange) -> Action | None:
        """Writes a change, all of it or nothing.

        Returns the action that the change's request proposed before, when there is one: nothing is
        written then. Raises Conflict when the action has moved on meanwhile (also for the same
        request with another fingerprint: IdempotencyConflict), OverLimit when a limit has no room
        left.
        """

    def get(self, tenant: TenantId, action: ActionId) -> Action:
        """One action. Raises NotFound."""

    def get_many(
        self, tenant: TenantId, actions: Collection[ActionId]
    ) -> Mapping[ActionId, Action]:
        """Those of the actions that exist, in one round trip for up to 100."""

    def proposed_by(self, tenant: TenantId, request_key: str) -> Action | None:
        """The action that a request proposed, if it did."""

    def history(self, tenant: TenantId, action: ActionId) -> Sequence[ActionEvent]:
        """All events of an action, in order. Raises NotFound."""

    def page(self, tenant: TenantId, limit: int, cursor: str | None) -> Page[Action]:
        """A tenant's actions, newest first."""

    def due(self, before: datetime, limit: int) -> Sequence[Action]:
        """Actions of any tenant that somebody has to look at since before then. May lag."""


class ActionQueue(Protocol):
    """Work on actions: one message at a time for each order, in order."""

    def send(self, actions: Sequence[Action]) -> None:
        """Queues work on each of the actions. Raises Unavailable."""


class ToolCaller(Protocol):
    """The tenants' own systems."""

    def call(self, tool: Tool, arguments: Arguments, key: str, seconds: float) -> ToolReply:
        """Calls a tool once, with this idempotency key, and waits so long at most."""

    def look_up(self, tool: Tool, key: str, seconds: float) -> LookedUp:
        """Asks the tool's look-up what became of a key."""


class Webhooks(Protocol):
    """Where the tenants want to be told what has happened."""

    def add(self, webhook: Webhook) -> None:
        """Writes a new webhook."""

    def get(self, tenant: TenantId, webhook: WebhookId) -> Webhook:
        """One webhook. Raises NotFound."""

    def of_tenant(self, tenant: TenantId) -> Sequence[Webhook]:
        """All webhooks of a tenant, oldest first."""

    def disable(self, tenant: TenantId, webhook: WebhookId, now: datetime) -> None:
        """Sends nothing more there; nothing happens when it is not there."""

    def enable(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Sends there again; nothing happens when it is not there."""

    def delete(self, tenant: TenantId, webhook: WebhookId) -> None:
        """Removes a webhook. Raises NotFound."""


class Deliveries(Protocol):
    """The delivery log, and the lanes in which deliveries wait. Reads but ``due`` are
    consistent."""

    def add(self, deliveries: Sequence[Delivery]) -> None:
        """Writes new deliveries and lets them wait; those that are there already stay as they
        are."""

    def first(self, lane: Lane) -> Delivery | None:
        """The delivery that is next in a lane: of the oldest event. None: nothing waits."""

    def save(self, delivery: Delivery) -> None:
        """Writes the state after an attempt; a settled one waits no longer.

        Raises Conflict when the delivery has moved on meanwhile.
        """

    def reopen(self, deliveries: Sequence[Delivery]) -> None:
        """Lets settled deliveries wait again; one that has moved on meanwhile stays as it is."""

    def get_many(
        self, tenant: TenantId, webhook: WebhookId, events: Collection[EventId]
    ) -> Sequence[Delivery]:
        """The deliveries of these events that the log holds, in any order."""

    def between(
        self, tenant: TenantId, webhook: WebhookId, start: datetime, end: datetime, limit: int
    ) -> Sequence[Delivery]:
        """Deliveries of what happened from ``start`` on and before ``end``, oldest first."""

    def page(
        self, tenant: TenantId, webhook: WebhookId, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """A webhook's deliveries, the newest event first."""

    def due(self, before: datetime, limit: int) -> Sequence[DueLane]:
        """Lanes of any tenant that are due since before then, the longest first. May lag."""


class DeliveryQueue(Protocol):
    """Work on lanes: one message at a time for each."""

    def send(self, due: Sequence[DeliveryDue]) -> None:
        """Queues messages; one that was sent a moment before is not sent again.

        Raises Unavailable.
        """


class WebhookSender(Protocol):
    """The receivers of webhooks."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Attempt:
        """Posts once, within a deadline, to a public address, and follows no redirect."""


class Signatures(Protocol):
    """What a receiver tells our requests by."""

    def header(self, tenant: TenantId, body: bytes, now: datetime) -> str:
        """The value of ``X-Helpdesk-Signature``: ``t=<unix>,v1=<HMAC-SHA256 of "t.body">``."""
