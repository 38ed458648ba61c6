"""What the product needs of the world, in its own words: tenant first, in batches."""

from helpdesk.ports.access import Keys, PlatformKeys, RootSecrets, Signatures, Tenants
from helpdesk.ports.actions import ActionQueue, Actions, ArgumentSchema, ToolCaller, Tools
from helpdesk.ports.billing import (
    Archive,
    BillingQueue,
    Books,
    Charges,
    Exports,
    Ledger,
    Periods,
    Plans,
)
from helpdesk.ports.chat import Conversations, LanguageModel
from helpdesk.ports.knowledge import (
    Documents,
    Embedder,
    EmbeddingCache,
    EmbeddingQueue,
    Parser,
    PassageIndex,
    Uploads,
)
from helpdesk.ports.replies import Replies
from helpdesk.ports.webhooks import Deliveries, DeliveryQueue, EventBus, Webhooks, WebhookSender

__all__ = [
    "ActionQueue",
    "Actions",
    "Archive",
    "ArgumentSchema",
    "BillingQueue",
    "Books",
    "Charges",
    "Conversations",
    "Deliveries",
    "DeliveryQueue",
    "Documents",
    "Embedder",
    "EmbeddingCache",
    "EmbeddingQueue",
    "EventBus",
    "Exports",
    "Keys",
    "LanguageModel",
    "Ledger",
    "Parser",
    "PassageIndex",
    "Periods",
    "Plans",
    "PlatformKeys",
    "Replies",
    "RootSecrets",
    "Signatures",
    "Tenants",
    "ToolCaller",
    "Tools",
    "Uploads",
    "WebhookSender",
    "Webhooks",
]
