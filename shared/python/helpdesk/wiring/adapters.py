"""The adapter that serves each port; heavy SDKs are loaded when one is first asked for."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from helpdesk.clock import utc_now
from helpdesk.documents import CONTENT_TYPES
from helpdesk.domain_events import Change
from helpdesk.events import ActionWork
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
from helpdesk.signing import CallSignatures, Signing
from helpdesk.tenant_cache import CachedTenants
from helpdesk.visitor_tokens import VisitorTokens
from helpdesk.wiring.clients import client, dynamodb, model_keys, s3, settings


@cache
def tenants() -> Tenants:
    """The companies that signed up."""
    from helpdesk.adapters.dynamodb.tenants import DynamoDBTenants

    return DynamoDBTenants(dynamodb(), settings().tenants_table)


@cache
def known_tenants() -> Tenants:
    """The same, each read once a minute."""
    return CachedTenants(tenants(), utc_now)


@cache
def keys() -> Keys:
    """The tenants' keys."""
    from helpdesk.adapters.dynamodb.keys import DynamoDBKeys

    return DynamoDBKeys(dynamodb(), settings().tenants_table)


@cache
def tools() -> Tools:
    """What the tenants let their agents do."""
    from helpdesk.adapters.dynamodb.tools import DynamoDBTools

    return DynamoDBTools(dynamodb(), settings().tenants_table)


@cache
def argument_schema() -> ArgumentSchema:
    """Checks tools' schemas, and arguments."""
    from helpdesk.adapters.json_schema import JSONArgumentSchema

    return JSONArgumentSchema()


@cache
def platform_keys() -> PlatformKeys:
    """The platform's own keys."""
    from helpdesk.adapters.secrets_manager import SecretsManagerPlatformKeys

    return SecretsManagerPlatformKeys(client("secretsmanager"), settings().platform_keys_secret)


@cache
def root_secrets() -> RootSecrets:
    """The root of all signatures."""
    from helpdesk.adapters.secrets_manager import SecretsManagerRootSecrets

    return SecretsManagerRootSecrets(client("secretsmanager"), settings().signing_secret)


@cache
def documents() -> Documents:
    """The truth about documents."""
    from helpdesk.adapters.dynamodb.documents import DynamoDBDocuments

    return DynamoDBDocuments(dynamodb(), settings().knowledge_table)


@cache
def embedding_cache() -> EmbeddingCache:
    """Vectors by content hash."""
    from helpdesk.adapters.dynamodb.embedding_cache import DynamoDBEmbeddingCache

    return DynamoDBEmbeddingCache(dynamodb(), settings().knowledge_table)


@cache
def conversations() -> Conversations:
    """The log of turns."""
    from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations

    return DynamoDBConversations(
        dynamodb(),
        settings().conversations_table,
        settings().ledger_table,
        settings().books_table,
    )


@cache
def uploads() -> Uploads:
    """The uploaded bytes."""
    from helpdesk.adapters.s3_uploads import S3Uploads

    return S3Uploads(s3(), settings().uploads_bucket)


@cache
def embedding_queue() -> EmbeddingQueue:
    """Work for the embedding function."""
    from helpdesk.adapters.sqs_embedding_queue import SQSEmbeddingQueue

    return SQSEmbeddingQueue(client("sqs"), settings().embedding_queue_url)


@cache
def event_bus() -> EventBus:
    """Where domain events go."""
    from helpdesk.adapters.eventbridge_bus import EventBridgeBus

    return EventBridgeBus(client("events"), settings().event_bus_name)


@cache
def actions() -> Actions:
    """The actions and their histories."""
    from helpdesk.adapters.dynamodb.actions import DynamoDBActions

    return DynamoDBActions(
        dynamodb(),
        settings().actions_table,
        settings().conversations_table,
        settings().ledger_table,
        settings().books_table,
    )


@cache
def action_queue() -> ActionQueue:
    """Work on actions."""
    from helpdesk.adapters.sqs_action_queue import SQSActionQueue

    return SQSActionQueue(client("sqs"), settings().action_queue_url, utc_now)


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

    return DynamoDBWebhooks(dynamodb(), settings().webhooks_table)


@cache
def deliveries() -> Deliveries:
    """The delivery log, and what waits."""
    from helpdesk.adapters.dynamodb.deliveries import DynamoDBDeliveries

    return DynamoDBDeliveries(dynamodb(), settings().webhooks_table)


@cache
def delivery_queue() -> DeliveryQueue:
    """Work on lanes of deliveries."""
    from helpdesk.adapters.sqs_delivery_queue import SQSDeliveryQueue

    return SQSDeliveryQueue(client("sqs"), settings().delivery_queue_url)


@cache
def webhook_sender() -> WebhookSender:
    """The receivers of webhooks."""
    from helpdesk.adapters.outbound_http import OutboundHTTP
    from helpdesk.adapters.webhook_sender import HTTPWebhookSender

    return HTTPWebhookSender(OutboundHTTP(allow_private=settings().private_endpoints))


@cache
def signatures() -> Signatures:
    """What receivers tell our requests by."""
    return CallSignatures(Signing(known_tenants(), root_secrets(), utc_now))


@cache
def replies() -> Replies:
    """First answers to requests that carry an idempotency key."""
    from helpdesk.adapters.idempotent_replies import PowertoolsReplies

    return PowertoolsReplies(
        dynamodb(), settings().idempotency_table, client("kms"), settings().replies_key_id
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
        settings().embedding_url, model_keys()["embeddings"], settings().embedding_model
    )


@cache
def language_model() -> LanguageModel:
    """The language model."""
    from helpdesk.adapters.openai.language_model import OpenAILanguageModel

    return OpenAILanguageModel(
        settings().model_url,
        model_keys()["chat"],
        settings().model_name,
        settings().model_timeout_seconds,
    )


def visitor_tokens() -> VisitorTokens:
    """Writes and reads visitors' tokens."""
    return VisitorTokens(root_secrets(), utc_now)
