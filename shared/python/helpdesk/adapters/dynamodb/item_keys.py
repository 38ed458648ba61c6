"""Where everything lies: this and billing_keys.py build keys. A tenant's own begin with the tenant.

Tenants         TENANT#<tenant>                      META, KEY#<key>, TOOL#<name>
                KEY#<hash>                           KEY
                TENANTS                              <tenant>
                PLANS                                <plan>#<version>
Knowledge       TENANT#<tenant>                      DOCUMENT#<document>, EXTERNAL#<sha256>
                TENANT#<tenant>#EMBEDDING            <model>#<content hash>
Conversations   TENANT#<tenant>                      CONVERSATION#<conversation>
                TENANT#<tenant>#CONVERSATION#<c>     TURN#<turn>
                TENANT#<tenant>#REQUEST              <sha256 of the idempotency key>
  open-turns    OPEN#<shard>                         when the turn was claimed
Actions         TENANT#<tenant>                      ACTION#<action>
                TENANT#<tenant>#ACTION#<action>      EVENT#<number>, OUTBOX#<number>
                TENANT#<tenant>#ACTION_REQUEST       <sha256 of the request>
                TENANT#<tenant>#LIMIT                <sha256 of the counter>
  due-actions   DUE#<shard>                          when to look at it
Webhooks        TENANT#<tenant>                      WEBHOOK#<webhook>
                TENANT#<tenant>                      DELIVERY#<webhook>#<event>
                TENANT#<tenant>#LANE#<webhook>#<l>   HEAD, WAITING#<occurred>#<arrived>#<event>
  due-lanes     LANE#<shard>                         when the lane is to be looked at
"""

import hashlib
import zlib
from dataclasses import dataclass

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
from helpdesk.webhooks import Lane

DOCUMENTS = "DOCUMENT#"
CONVERSATIONS = "CONVERSATION#"
TURNS = "TURN#"
KEYS = "KEY#"
ACTIONS = "ACTION#"
ACTION_EVENTS = "EVENT#"
OUTBOX = "OUTBOX#"
WEBHOOKS = "WEBHOOK#"
WAITING = "WAITING#"
TOOLS = "TOOL#"

TENANTS = "TENANTS"
"""The partition of the list of all tenants."""

PLANS = "PLANS"
"""The partition of the plans that operators wrote."""

OPEN_SHARDS = tuple(f"OPEN#{number}" for number in range(8))
"""Partitions of the index of open turns: one alone would cap all tenants' turns per second."""

DUE_SHARDS = tuple(f"DUE#{number}" for number in range(8))
"""Partitions of the index of actions that somebody has to look at."""

LANE_SHARDS = tuple(f"LANE#{number}" for number in range(8))
"""Partitions of the index of due lanes."""


@dataclass(frozen=True, slots=True)
class ItemKey:
    """A primary key: partition and sort key."""

    pk: str
    sk: str


def tenant_partition(tenant: TenantId) -> str:
    """Where a tenant's own items lie, in each table."""
    # An id that holds a separator could name another partition; none of ours does.
    if not tenant or "#" in tenant:
        raise ValueError(f"{tenant!r} is no tenant id")
    return f"TENANT#{tenant}"


def tenant_key(tenant: TenantId) -> ItemKey:
    """A tenant itself."""
    return ItemKey(tenant_partition(tenant), "META")


def listed_key(tenant: TenantId) -> ItemKey:
    """A tenant in the list of all."""
    return ItemKey(TENANTS, tenant)


def plan_key(name: str, version: int) -> ItemKey:
    """A version of a plan; versions sort as texts."""
    return ItemKey(PLANS, f"{versions_of(name)}{version:06}")


def versions_of(name: str) -> str:
    """How the sort keys of a plan's versions begin."""
    return f"{name}#"


def owned_key(tenant: TenantId, key: KeyId) -> ItemKey:
    """A key among its tenant's keys."""
    return ItemKey(tenant_partition(tenant), f"{KEYS}{key}")


def tool_key(tenant: TenantId, name: str) -> ItemKey:
    """A tool, by the name that its tenant gave it."""
    return ItemKey(tenant_partition(tenant), f"{TOOLS}{name}")


def key_by_hash(key_hash: str) -> ItemKey:
    """A key by its hash, when the tenant is not known yet."""
    return ItemKey(f"KEY#{key_hash}", "KEY")


def document_key(tenant: TenantId, document: DocumentId) -> ItemKey:
    """A document."""
    return ItemKey(tenant_partition(tenant), f"{DOCUMENTS}{document}")


def external_key(tenant: TenantId, external_id: str) -> ItemKey:
    """Which document has a tenant's own id; hashed, for that id may be long."""
    return ItemKey(tenant_partition(tenant), f"EXTERNAL#{_digest(external_id)}")


def embedding_key(tenant: TenantId, model: str, content_hash: str) -> ItemKey:
    """The vector that a model made of a text."""
    return ItemKey(f"{tenant_partition(tenant)}#EMBEDDING", f"{model}#{content_hash}")


def conversation_key(tenant: TenantId, conversation: ConversationId) -> ItemKey:
    """A conversation's head."""
    return ItemKey(tenant_partition(tenant), f"{CONVERSATIONS}{conversation}")


def turns_partition(tenant: TenantId, conversation: ConversationId) -> str:
    """Where the turns of a conversation lie."""
    return f"{tenant_partition(tenant)}#CONVERSATION#{conversation}"


def turn_key(tenant: TenantId, conversation: ConversationId, turn: TurnId) -> ItemKey:
    """A turn."""
    return ItemKey(turns_partition(tenant, conversation), f"{TURNS}{turn}")


def request_key(tenant: TenantId, idempotency_key: str) -> ItemKey:
    """The first request that came with a caller's idempotency key."""
    return ItemKey(f"{tenant_partition(tenant)}#REQUEST", _digest(idempotency_key))


def open_shard(turn: TurnId) -> str:
    """The partition of the index of open turns that a turn is in until it is settled."""
    return OPEN_SHARDS[zlib.crc32(turn.encode()) % len(OPEN_SHARDS)]


def action_key(tenant: TenantId, action: ActionId) -> ItemKey:
    """An action as it stands."""
    return ItemKey(tenant_partition(tenant), f"{ACTIONS}{action}")


def action_partition(tenant: TenantId, action: ActionId) -> str:
    """Where an action's history lies."""
    return f"{tenant_partition(tenant)}#ACTION#{action}"


def action_event_key(tenant: TenantId, action: ActionId, number: int) -> ItemKey:
    """An event of an action; numbers count from 1 and sort as texts."""
    return ItemKey(action_partition(tenant, action), f"{ACTION_EVENTS}{number:06}")


def outbox_key(tenant: TenantId, action: ActionId, number: int) -> ItemKey:
    """Work on an action that is to be queued, beside the event that asks for it."""
    return ItemKey(action_partition(tenant, action), f"{OUTBOX}{number:06}")


def action_request_key(tenant: TenantId, request: str) -> ItemKey:
    """Which action a request proposed."""
    return ItemKey(f"{tenant_partition(tenant)}#ACTION_REQUEST", _digest(request))


def limit_key(tenant: TenantId, counter: str) -> ItemKey:
    """How much of a limit is held."""
    return ItemKey(f"{tenant_partition(tenant)}#LIMIT", _digest(counter))


def due_shard(action: ActionId) -> str:
    """The partition of the index of due actions that an action is in."""
    return DUE_SHARDS[zlib.crc32(action.encode()) % len(DUE_SHARDS)]


def webhook_key(tenant: TenantId, webhook: WebhookId) -> ItemKey:
    """A webhook."""
    return ItemKey(tenant_partition(tenant), f"{WEBHOOKS}{webhook}")


def deliveries_of(webhook: WebhookId) -> str:
    """How the sort keys of a webhook's deliveries begin."""
    return f"DELIVERY#{webhook}#"


def delivery_key(tenant: TenantId, webhook: WebhookId, event: EventId) -> ItemKey:
    """A delivery."""
    return ItemKey(tenant_partition(tenant), f"{deliveries_of(webhook)}{event}")


def lane_partition(lane: Lane) -> str:
    """Where the head of a lane lies, and what waits in it."""
    return f"{tenant_partition(lane.tenant)}#LANE#{lane.webhook}#{lane.name}"


def lane_key(lane: Lane) -> ItemKey:
    """A lane's head."""
    return ItemKey(lane_partition(lane), "HEAD")


def waiting_key(lane: Lane, place: str) -> ItemKey:
    """A place in a lane."""
    return ItemKey(lane_partition(lane), f"{WAITING}{place}")


def lane_shard(lane: Lane) -> str:
    """The partition of the index of due lanes that a lane is in while something waits in it."""
    return LANE_SHARDS[zlib.crc32(f"{lane.webhook}#{lane.name}".encode()) % len(LANE_SHARDS)]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
