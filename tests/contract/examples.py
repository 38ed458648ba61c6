"""Values that the contract tests are made of; each has new ids, so tests do not meet."""

from dataclasses import replace

from helpdesk.clock import utc_now
from helpdesk.conversations import (
    Citation,
    Conversation,
    ConversationStatus,
    EndUser,
    Timing,
    Turn,
    TurnStatus,
    TurnUsage,
)
from helpdesk.documents import UPLOAD_TIME, Document, DocumentStatus
from helpdesk.ids import ConversationId, DocumentId, KeyId, TenantId, TurnId, new_id
from helpdesk.keys import Key, Role, hash_key, hint_of, mint_key
from helpdesk.money import Money
from helpdesk.usage import UsageEvent, UsageLine, event_id


def a_tenant_id() -> TenantId:
    return TenantId(new_id("ten", utc_now()))


def a_key(tenant, role=Role.SECRET, now=None):
    now = now or utc_now()
    text = mint_key(role)
    return Key(KeyId(new_id("key", now)), tenant, role, hash_key(text), hint_of(text), now)


def a_document(tenant, external_id=None, now=None, **changes):
    now = now or utc_now()
    fields = {
        "tenant": tenant,
        "id": DocumentId(new_id("doc", now)),
        "filename": "Rückgabe.md",
        "content_type": "text/markdown",
        "size_bytes": 1200,
        "title": "Returns",
        "url": None,
        "external_id": external_id,
        "version": 1,
        "status": DocumentStatus.AWAITING_UPLOAD,
        "deadline": now + UPLOAD_TIME,
        "created_at": now,
        "updated_at": now,
    }
    return Document(**(fields | changes))


def a_turn(tenant, conversation=None, now=None, question="Where is my parcel?"):
    now = now or utc_now()
    return Turn(
        tenant=tenant,
        conversation=conversation or ConversationId(new_id("conv", now)),
        id=TurnId(new_id("turn", now)),
        status=TurnStatus.RUNNING,
        question=question,
        started_at=now,
    )


def the_head_of(turn):
    return Conversation(
        tenant=turn.tenant,
        id=turn.conversation,
        status=ConversationStatus.BOT,
        created_at=turn.started_at,
        updated_at=turn.started_at,
        end_user=EndUser("u-1", "Ada", None),
        preview=turn.question,
    )


def a_citation(place=1):
    document = DocumentId(new_id("doc", utc_now()))
    return Citation(f"k7f{place}", document, "Returns", None, "Returns › Refunds", 3, "Within 30…")


def the_end_of(turn, answer="On its way [1].", deltas=(6, 9)):
    """The turn as it ends soon after, and the event that bills it."""
    citation = a_citation()
    cost = Money(42)
    settled = replace(
        turn,
        status=TurnStatus.SETTLED,
        answer=answer,
        deltas=deltas,
        sources=(citation, a_citation(2)),
        citations=(citation,),
        finish_reason="answered",
        usage=TurnUsage("gpt-4o-mini", 1000, 10, cost, "2026-11"),
        timing=Timing(180, 900),
    )
    event = UsageEvent(
        id=event_id(turn.id),
        tenant=turn.tenant,
        type="turn",
        subject=turn.id,
        occurred_at=turn.started_at,
        plan="standard@1",
        price_version="2026-11",
        lines=(
            UsageLine("turns", 1, Money(0), Money(0)),
            UsageLine("input_tokens", 1000, Money(42_000), cost, "gpt-4o-mini"),
        ),
        conversation=turn.conversation,
    )
    return settled, event
