"""Puts the product together: the only importer of adapters, and where heavy SDKs are loaded.

Every function here makes its object once per process. Tests build use cases from fakes instead.
"""

import random
from functools import cache

from helpdesk.acting import Acting
from helpdesk.approvals import Approvals
from helpdesk.chat import Chat
from helpdesk.clock import utc_now
from helpdesk.delivering import Delivering
from helpdesk.delivery_telemetry import delivery_tried
from helpdesk.domain_events import Announcer
from helpdesk.embedding import Embedding
from helpdesk.execution import Execution
from helpdesk.fan_out import FanOut
from helpdesk.identity import Authenticator, CachedKeys
from helpdesk.ingestion import Ingestion
from helpdesk.keyring import Keyring
from helpdesk.knowledge import Knowledge
from helpdesk.pipeline_telemetry import version_published
from helpdesk.plan_catalogue import PlanCatalogue
from helpdesk.planning import Planning
from helpdesk.pricing import PRICE_BOOK
from helpdesk.reconciling import Reconciling
from helpdesk.resolving import Resolving
from helpdesk.retrieval import Retrieval
from helpdesk.saga_steps import SagaSteps
from helpdesk.sagas import Sagas
from helpdesk.sessions import Sessions
from helpdesk.signing import Signing
from helpdesk.subscriptions import Subscriptions
from helpdesk.sweeping import Sweeping
from helpdesk.tenancy import Tenancy
from helpdesk.text_vectors import TextVectors
from helpdesk.tool_use import ToolUse
from helpdesk.toolbox import Toolbox
from helpdesk.turn_answering import Answering
from helpdesk.turn_telemetry import TurnTelemetry
from helpdesk.wiring.adapters import (
    action_queue,
    action_works_of,
    actions,
    argument_schema,
    change_of,
    conversations,
    deliveries,
    delivery_queue,
    documents,
    embedder,
    embedding_cache,
    embedding_queue,
    event_bus,
    keys,
    known_tenants,
    language_model,
    parsers,
    passage_index,
    platform_keys,
    replies,
    root_secrets,
    signatures,
    tenants,
    tool_caller,
    tools,
    uploads,
    visitor_tokens,
    webhook_sender,
    webhooks,
)
from helpdesk.wiring.billing import (
    billed_events,
    billing_jobs,
    bills,
    checking,
    counting_days,
    export_requests,
    ingesting_usage,
    issued_invoices,
    posting_usage,
    reconciliation_requests,
    tariffs,
)
from helpdesk.wiring.billing_adapters import books, ledger, plans
from helpdesk.wiring.clients import settings

__all__ = [
    "acting",
    "action_works_of",
    "announcer",
    "approvals",
    "authenticator",
    "billed_events",
    "billing_jobs",
    "bills",
    "catalogue",
    "change_of",
    "chat",
    "checking",
    "conversations",
    "counting_days",
    "delivering",
    "embedding",
    "execution",
    "export_requests",
    "fan_out",
    "gateway_authenticator",
    "ingesting_usage",
    "ingestion",
    "issued_invoices",
    "keyring",
    "knowledge",
    "planning",
    "posting_usage",
    "reconciliation_requests",
    "reconciling",
    "replies",
    "resolving",
    "retrieval",
    "sessions",
    "settings",
    "signing",
    "subscriptions",
    "sweeping",
    "tenancy",
    "toolbox",
]


@cache
def authenticator() -> Authenticator:
    """Decides who is asking."""
    return Authenticator(CachedKeys(keys(), utc_now), platform_keys(), visitor_tokens())


@cache
def gateway_authenticator() -> Authenticator:
    """Decides for API Gateway, which itself believes an answer for 60 seconds: a second memory
    here would double the time that a revoked key still works."""
    return Authenticator(keys(), platform_keys(), visitor_tokens())


@cache
def tenancy() -> Tenancy:
    """Companies sign up and choose their settings."""
    return Tenancy(tenants(), catalogue(), utc_now)


@cache
def catalogue() -> PlanCatalogue:
    """All plans."""
    return PlanCatalogue(plans())


@cache
def planning() -> Planning:
    """Changes tenants' plans, and shows beforehand what that would cost."""
    return Planning(tenants(), catalogue(), books(), PRICE_BOOK, utc_now)


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
    return Sweeping(conversations(), tariffs(), settings().model_name, utc_now)


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
    vectors = TextVectors(embedding_cache(), embedder(), ledger(), tariffs(), utc_now)
    return Embedding(documents(), vectors, passage_index(), utc_now, version_published)


@cache
def retrieval() -> Retrieval:
    """Finds the passages that answer a question."""
    return Retrieval(documents(), embedder(), passage_index())


@cache
def acting() -> Acting:
    """Proposes, confirms and claims actions."""
    return Acting(actions(), action_queue(), tools(), argument_schema(), tariffs(), utc_now)


@cache
def execution() -> Execution:
    """Takes actions' steps."""
    steps = SagaSteps(actions(), action_queue(), tools(), argument_schema(), tariffs(), utc_now)
    return Execution(actions(), action_queue(), tool_caller(), Sagas(steps), tariffs(), utc_now)


@cache
def reconciling() -> Reconciling:
    """Sees to it that nothing waits for ever."""
    return Reconciling(actions(), action_queue(), utc_now)


@cache
def approvals() -> Approvals:
    """Sees an action through until a colleague has decided."""
    return Approvals(actions(), event_bus(), tariffs(), utc_now)


@cache
def chat() -> Chat:
    """Answers a turn of a conversation."""
    return Chat(
        known_tenants(),
        retrieval(),
        Answering(language_model(), _tool_use()),
        conversations(),
        tariffs(),
        utc_now,
        TurnTelemetry(),
    )


@cache
def resolving() -> Resolving:
    """Closes conversations and opens them again."""
    return Resolving(conversations(), tariffs(), utc_now)


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
