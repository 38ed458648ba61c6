"""Where everything lies: the one module that builds keys. A tenant's keys begin with the tenant.

Tenants         TENANT#<tenant>                      META, KEY#<key>, TOOL#<name>
                KEY#<hash>                           KEY
Knowledge       TENANT#<tenant>                      DOCUMENT#<document>, EXTERNAL#<sha256>
                TENANT#<tenant>#EMBEDDING            <model>#<content hash>
Conversations   TENANT#<tenant>                      CONVERSATION#<conversation>
                TENANT#<tenant>#CONVERSATION#<c>     TURN#<turn>
                TENANT#<tenant>#REQUEST              <sha256 of the idempotency key>
  open-turns    OPEN#<shard>                         when the turn was claimed
Ledger          TENANT#<tenant>#USAGE#<2026-11>      <event>
                TENANT#<tenant>#EVENT                <event>
"""

import hashlib
import zlib
from dataclasses import dataclass

from helpdesk.ids import ConversationId, DocumentId, EventId, KeyId, TenantId, TurnId

DOCUMENTS = "DOCUMENT#"
CONVERSATIONS = "CONVERSATION#"
TURNS = "TURN#"
KEYS = "KEY#"
TOOLS = "TOOL#"

OPEN_SHARDS = tuple(f"OPEN#{number}" for number in range(8))
"""Partitions of the index of open turns: one alone would cap all tenants' turns per second."""


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


def usage_partition(tenant: TenantId, period: str) -> str:
    """Where the usage events of a tenant's period lie."""
    return f"{tenant_partition(tenant)}#USAGE#{period}"


def usage_key(tenant: TenantId, period: str, event: EventId) -> ItemKey:
    """A usage event."""
    return ItemKey(usage_partition(tenant, period), event)


def is_usage(pk: str) -> bool:
    """Whether usage events lie in a partition."""
    return "#USAGE#" in pk


def event_key(tenant: TenantId, event: EventId) -> ItemKey:
    """The mark that an event was recorded, in whatever period."""
    return ItemKey(f"{tenant_partition(tenant)}#EVENT", event)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
