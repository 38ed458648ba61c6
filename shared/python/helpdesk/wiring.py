"""Puts the product together: the only importer of adapters, and where heavy SDKs are loaded.

Every function here makes its object once per process. Tests build use cases from fakes instead.
"""

import os
import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from helpdesk.acting import Acting
from helpdesk.approvals import Approvals
from helpdesk.chat import Chat
from helpdesk.clock import utc_now
from helpdesk.delivering import Delivering
from helpdesk.delivery_telemetry import delivery_tried
from helpdesk.documents import CONTENT_TYPES
from helpdesk.domain_events import Announcer, Change
from helpdesk.embedding import Embedding
from helpdesk.events import ActionWork
from helpdesk.execution import Execution
from helpdesk.fan_out import FanOut
from helpdesk.identity import Authenticator, CachedKeys
from helpdesk.ingestion import Ingestion
from helpdesk.keyring import Keyring
from helpdesk.knowledge import Knowledge
from helpdesk.metering import Metering
from helpdesk.pipeline_telemetry import version_published
from helpdesk.ports import (
    ActionQueue,
    Actions,
    ArgumentSchema,
    Conversations,
    Deliveries,
    DeliveryQueue,
    Documents,
    Embedder,
    EmbeddingCache,
    EmbeddingQueue,
    EventBus,
    Keys,
    LanguageModel,
    Ledger,
    Parser,
    PassageIndex,
    PlatformKeys,
    Replies,
    RootSecrets,
    Signatures,
    Tenants,
    ToolCaller,
    Tools,
    Uploads,
    Webhooks,
    WebhookSender,
)
from helpdesk.pricing import PRICE_BOOK
from helpdesk.reconciling import Reconciling
from helpdesk.retrieval import Retrieval
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from helpdesk.sessions import Sessions
from helpdesk.settings import Settings
from helpdesk.signing import CallSignatures, Signing
from helpdesk.subscriptions import Subscriptions
from helpdesk.sweeping import Sweeping
from helpdesk.tenancy import Tenancy
from helpdesk.tenant_cache import CachedTenants
from helpdesk.text_vectors import TextVectors
from helpdesk.tool_use import ToolUse
from helpdesk.toolbox import Toolbox
from helpdesk.turn_answering import Answering
from helpdesk.turn_telemetry import TurnTelemetry
from helpdesk.visitor_tokens import VisitorTokens

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


@cache
def settings() -> Settings:
    """What this process is told about its stage."""
    return Settings.from_env(os.environ)


# use cases


@cache
def authenticator() -> Authenticator:
    """Decides who is asking."""
    return Authenticator(CachedKeys(keys(), utc_now), platform_keys(), _visitor_tokens())


@cache
def gateway_authenticator() -> Authenticator:
    """Decides for API Gateway, which itself believes an answer for 60 seconds: a second memory
    here would double the time that a revoked key still works."""
    return Authenticator(keys(), platform_keys(), _visitor_tokens())


@cache
def tenancy() -> Tenancy:
    """Companies sign up and choose their settings."""
    return Tenancy(tenants(), utc_now)


@cache
def keyring() -> Keyring:
    """The tenants' keys, as their owners handle them."""
    return Keyring(keys(), utc_now)


@cache
def signing() -> Signing:
    """The tenants' signing secrets."""
    return Signing(tenants(), root_secrets(), utc_now)


@cache
def sessions() -> Sessions:
    """Visitors' sessions; on one machine a tenant need not name its origins."""
    return Sessions(tenants(), root_secrets(), utc_now, settings().stage == "local")


@cache
def metering() -> Metering:
    """Answers what was used."""
    return Metering(ledger(), tenants(), utc_now)


@cache
def announcer() -> Announcer:
    """Tells whoever listens what has happened."""
    return Announcer(event_bus())


@cache
def toolbox() -> Toolbox:
    """The tenants' tools; endpoints on one's own network only on the one-machine stage."""
    return Toolbox(tools(), argument_schema(), utc_now, settings().private_endpoints)


@cache
def sweeping() -> Sweeping:
    """Settles the turns that nobody settled."""
    return Sweeping(conversations(), PRICE_BOOK, settings().model_name, utc_now)


@cache
def knowledge() -> Knowledge:
    """Documents as the tenant handles them: create, list, delete."""
    return Knowledge(documents(), uploads(), passage_index(), utc_now)


@cache
def ingestion() -> Ingestion:
    """An uploaded file becomes embedding jobs."""
    return Ingestion(documents(), uploads(), parsers(), embedding_queue(), utc_now)


@cache
def embedding() -> Embedding:
    """Embedding jobs become a published version."""
    vectors = TextVectors(embedding_cache(), embedder(), ledger(), PRICE_BOOK, utc_now)
    return Embedding(documents(), vectors, passage_index(), utc_now, version_published)


@cache
def retrieval() -> Retrieval:
    """Finds the passages that answer a question."""
    return Retrieval(documents(), embedder(), passage_index())


@cache
def acting() -> Acting:
    """Proposes, confirms and claims actions."""
    return Acting(actions(), action_queue(), tools(), argument_schema(), PRICE_BOOK, utc_now)


@cache
def execution() -> Execution:
    """Takes actions' steps."""
    steps = SagaSteps(actions(), action_queue(), tools(), argument_schema(), PRICE_BOOK, utc_now)
    return Execution(actions(), action_queue(), tool_caller(), Sagas(steps), PRICE_BOOK, utc_now)


@cache
def reconciling() -> Reconciling:
    """Sees to it that nothing waits for ever."""
    return Reconciling(actions(), action_queue(), utc_now)


@cache
def approvals() -> Approvals:
    """Sees an action through until a colleague has decided."""
    return Approvals(actions(), event_bus(), PRICE_BOOK, utc_now)


@cache
def chat() -> Chat:
    """Answers a turn of a conversation."""
    return Chat(
        CachedTenants(tenants(), utc_now),
        retrieval(),
        Answering(language_model(), _tool_use()),
        conversations(),
        PRICE_BOOK,
        utc_now,
        TurnTelemetry(),
    )


@cache
def subscriptions() -> Subscriptions:
    """Webhooks as the tenant handles them."""
    private = settings().private_endpoints
    return Subscriptions(webhooks(), deliveries(), delivery_queue(), utc_now, private)


@cache
def fan_out() -> FanOut:
    """An event becomes a delivery for each webhook that wants it."""
    return FanOut(webhooks(), deliveries(), delivery_queue(), utc_now)


@cache
def delivering() -> Delivering:
    """Posts what waits for webhooks."""
    return Delivering(
        webhooks(),
        deliveries(),
        delivery_queue(),
        webhook_sender(),
        signatures(),
        utc_now,
        random.random,
        delivery_tried,
    )


def _tool_use() -> ToolUse:
    return ToolUse(acting(), tools(), tool_caller())


# ports


@cache
def tenants() -> Tenants:
    """The companies that signed up."""
    from helpdesk.adapters.dynamodb.tenants import DynamoDBTenants

    return DynamoDBTenants(_dynamodb(), settings().tenants_table)


@cache
def keys() -> Keys:
    """The tenants' keys."""
    from helpdesk.adapters.dynamodb.keys import DynamoDBKeys

    return DynamoDBKeys(_dynamodb(), settings().tenants_table)


@cache
def tools() -> Tools:
    """What the tenants let their agents do."""
    from helpdesk.adapters.dynamodb.tools import DynamoDBTools

    return DynamoDBTools(_dynamodb(), settings().tenants_table)


@cache
def argument_schema() -> ArgumentSchema:
    """Checks tools' schemas, and arguments."""
    from helpdesk.adapters.json_schema import JSONArgumentSchema

    return JSONArgumentSchema()


@cache
def platform_keys() -> PlatformKeys:
    """The platform's own keys."""
    from helpdesk.adapters.secrets_manager import SecretsManagerPlatformKeys

    return SecretsManagerPlatformKeys(_client("secretsmanager"), settings().platform_keys_secret)


@cache
def root_secrets() -> RootSecrets:
    """The root of all signatures."""
    from helpdesk.adapters.secrets_manager import SecretsManagerRootSecrets

    return SecretsManagerRootSecrets(_client("secretsmanager"), settings().signing_secret)


@cache
def documents() -> Documents:
    """The truth about documents."""
    from helpdesk.adapters.dynamodb.documents import DynamoDBDocuments

    return DynamoDBDocuments(_dynamodb(), settings().knowledge_table)


@cache
def embedding_cache() -> EmbeddingCache:
    """Vectors by content hash."""
    from helpdesk.adapters.dynamodb.embedding_cache import DynamoDBEmbeddingCache

    return DynamoDBEmbeddingCache(_dynamodb(), settings().knowledge_table)


@cache
def conversations() -> Conversations:
    """The log of turns."""
    from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations

    return DynamoDBConversations(
        _dynamodb(), settings().conversations_table, settings().ledger_table
    )


@cache
def ledger() -> Ledger:
    """The usage events."""
    from helpdesk.adapters.dynamodb.ledger import DynamoDBLedger

    return DynamoDBLedger(_dynamodb(), settings().ledger_table)


@cache
def uploads() -> Uploads:
    """The uploaded bytes."""
    from helpdesk.adapters.s3_uploads import S3Uploads

    return S3Uploads(_s3(), settings().uploads_bucket)


@cache
def embedding_queue() -> EmbeddingQueue:
    """Work for the embedding function."""
    from helpdesk.adapters.sqs_embedding_queue import SQSEmbeddingQueue

    return SQSEmbeddingQueue(_client("sqs"), settings().embedding_queue_url)


@cache
def event_bus() -> EventBus:
    """Where domain events go."""
    from helpdesk.adapters.eventbridge_bus import EventBridgeBus

    return EventBridgeBus(_client("events"), settings().event_bus_name)


@cache
def actions() -> Actions:
    """The actions and their histories."""
    from helpdesk.adapters.dynamodb.actions import DynamoDBActions

    return DynamoDBActions(
        _dynamodb(),
        settings().actions_table,
        settings().conversations_table,
        settings().ledger_table,
    )


@cache
def action_queue() -> ActionQueue:
    """Work on actions."""
    from helpdesk.adapters.sqs_action_queue import SQSActionQueue

    return SQSActionQueue(_client("sqs"), settings().action_queue_url, utc_now)


@cache
def tool_caller() -> ToolCaller:
    """The tenants' own systems."""
    from helpdesk.adapters.outbound_http import OutboundHTTP
    from helpdesk.adapters.tool_caller import HTTPToolCaller

    http = OutboundHTTP(allow_private=settings().private_endpoints)
    return HTTPToolCaller(http, signatures(), utc_now)


@cache
def action_works_of() -> Callable[[Sequence[Mapping[str, Any]]], Sequence[ActionWork]]:
    """Reads the outbox in the records of the actions' stream."""
    from helpdesk.adapters.dynamodb.changes import action_works_of

    return action_works_of


@cache
def webhooks() -> Webhooks:
    """Where the tenants want to be told what has happened."""
    from helpdesk.adapters.dynamodb.webhooks import DynamoDBWebhooks

    return DynamoDBWebhooks(_dynamodb(), settings().webhooks_table)


@cache
def deliveries() -> Deliveries:
    """The delivery log, and what waits."""
    from helpdesk.adapters.dynamodb.deliveries import DynamoDBDeliveries

    return DynamoDBDeliveries(_dynamodb(), settings().webhooks_table)


@cache
def delivery_queue() -> DeliveryQueue:
    """Work on lanes of deliveries."""
    from helpdesk.adapters.sqs_delivery_queue import SQSDeliveryQueue

    return SQSDeliveryQueue(_client("sqs"), settings().delivery_queue_url)


@cache
def webhook_sender() -> WebhookSender:
    """The receivers of webhooks."""
    from helpdesk.adapters.outbound_http import OutboundHTTP
    from helpdesk.adapters.webhook_sender import HTTPWebhookSender

    return HTTPWebhookSender(OutboundHTTP(allow_private=settings().private_endpoints))


@cache
def signatures() -> Signatures:
    """What receivers tell our requests by."""
    return CallSignatures(Signing(CachedTenants(tenants(), utc_now), root_secrets(), utc_now))


@cache
def replies() -> Replies:
    """First answers to requests that carry an idempotency key."""
    from helpdesk.adapters.idempotent_replies import PowertoolsReplies

    return PowertoolsReplies(
        _dynamodb(), settings().idempotency_table, _client("kms"), settings().replies_key_id
    )


@cache
def change_of() -> Callable[[Mapping[str, Any]], Change | None]:
    """Reads the records of the tables' streams."""
    from helpdesk.adapters.dynamodb.changes import change_of

    return change_of


@cache
def parsers() -> Mapping[str, Parser]:
    """A parser for each content type that we read."""
    from helpdesk.adapters.parsers import parser_of

    return {content_type: parser_of(name) for content_type, name in CONTENT_TYPES.items()}


@cache
def passage_index() -> PassageIndex:
    """The embedded index where the stage has a folder for it, OpenSearch elsewhere."""
    if settings().index_folder:
        from helpdesk.adapters.sqlite_index import SQLitePassageIndex

        return SQLitePassageIndex(settings().index_folder)
    from helpdesk.adapters.opensearch_index import OpenSearchPassageIndex, connect

    return OpenSearchPassageIndex(
        connect(settings().opensearch_url, settings().opensearch_service),
        settings().embedding_dimensions,
        settings().opensearch_service,
        settings().opensearch_engine,
    )


@cache
def embedder() -> Embedder:
    """The embedding model."""
    from helpdesk.adapters.openai.embedder import OpenAIEmbedder

    return OpenAIEmbedder(
        settings().embedding_url, _model_keys()["embeddings"], settings().embedding_model
    )


@cache
def language_model() -> LanguageModel:
    """The language model."""
    from helpdesk.adapters.openai.language_model import OpenAILanguageModel

    return OpenAILanguageModel(
        settings().model_url,
        _model_keys()["chat"],
        settings().model_name,
        settings().model_timeout_seconds,
    )


def _visitor_tokens() -> VisitorTokens:
    return VisitorTokens(root_secrets(), utc_now)


# SDK clients


@cache
def _dynamodb() -> "DynamoDBClient":
    return _client("dynamodb")  # type: ignore[no-any-return]


def _client(service: str, **options: Any) -> Any:
    import boto3
    from botocore.config import Config

    defaults = Config(
        connect_timeout=2,
        read_timeout=10,
        max_pool_connections=50,
        retries={"mode": "standard", "total_max_attempts": 3},
    )
    return boto3.client(service, config=defaults.merge(Config(**options)))


@cache
def _s3() -> Any:
    # Presigned URLs carry content type and length only when signed by version 4.
    return _client("s3", signature_version="s3v4")


@cache
def _model_keys() -> Mapping[str, str]:
    from helpdesk.adapters.secrets_manager import read_json_secret

    return read_json_secret(_client("secretsmanager"), settings().model_keys_secret)
