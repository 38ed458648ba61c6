"""Domain events: what has happened, once under one id however often it is told."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.conversations import Conversation, ConversationStatus, Timing, Turn, TurnStatus
from helpdesk.documents import Document, DocumentStatus, Failure
from helpdesk.domain_events import (
    ActionChanged,
    ConversationChanged,
    DocumentChanged,
    TurnChanged,
    UsageRecorded,
    events_of,
)
from helpdesk.ids import ConversationId, DocumentId, EventId, TenantId, TurnId
from helpdesk.money import Money
from helpdesk.usage import UsageEvent, UsageLine
from tests.contract.action_examples import a_proposal, the_claim_of

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TENANT = TenantId("ten_1")

PROCESSING = Document(
    tenant=TENANT,
    id=DocumentId("doc_1"),
    filename="returns.md",
    content_type="text/markdown",
    size_bytes=10,
    title="Returns",
    url=None,
    external_id="help/returns",
    version=1,
    status=DocumentStatus.PROCESSING,
    deadline=NOON,
    created_at=NOON,
    updated_at=NOON,
)
READY = replace(PROCESSING, status=DocumentStatus.READY, published_version=1, chunks=3)
FAILED = replace(
    PROCESSING,
    status=DocumentStatus.FAILED,
    failure=Failure("empty_document", "There is no text in it."),
)
RUNNING = Turn(
    tenant=TENANT,
    conversation=ConversationId("conv_1"),
    id=TurnId("turn_1"),
    status=TurnStatus.RUNNING,
    question="I am Anna, where is my parcel?",
    started_at=NOON,
)
SETTLED = replace(
    RUNNING,
    status=TurnStatus.SETTLED,
    answer="On its way, Anna.",
    finish_reason="answered",
    timing=Timing(100, 1500),
)
OPEN = Conversation(
    tenant=TENANT,
    id=RUNNING.conversation,
    status=ConversationStatus.BOT,
    created_at=NOON,
    updated_at=NOON,
    turns=2,
    preview="I am Anna",
)
CLOSED = replace(OPEN, status=ConversationStatus.CLOSED, resolutions=1)
USAGE = UsageEvent(
    id=EventId("evt_1"),
    tenant=TENANT,
    type="turn",
    subject="turn_1",
    occurred_at=NOON,
    plan="standard@1",
    price_version="2026-11-23",
    lines=(UsageLine("input_tokens", 5, Money(1_400_000), Money(7), "m"),),
)


@pytest.mark.parametrize(
    ("change", "types"),
    [
        (DocumentChanged(None, PROCESSING), []),
        (DocumentChanged(PROCESSING, replace(PROCESSING, batches_done=1)), []),
        (DocumentChanged(PROCESSING, READY), ["document.ready"]),
        (DocumentChanged(None, READY), ["document.ready"]),
        (DocumentChanged(READY, replace(READY, title="New")), []),
        (
            DocumentChanged(READY, replace(READY, version=2, published_version=2)),
            ["document.ready"],
        ),
        (DocumentChanged(READY, replace(PROCESSING, version=2, published_version=1)), []),
        (DocumentChanged(PROCESSING, FAILED), ["document.failed"]),
        (DocumentChanged(FAILED, replace(FAILED, title="New")), []),
        (DocumentChanged(FAILED, replace(FAILED, version=2)), ["document.failed"]),
        (
            DocumentChanged(READY, replace(FAILED, version=2, published_version=1)),
            ["document.failed"],
        ),
        (TurnChanged(None, RUNNING), []),
        (TurnChanged(RUNNING, SETTLED), ["turn.settled"]),
        (TurnChanged(None, SETTLED), ["turn.settled"]),
        (TurnChanged(SETTLED, replace(SETTLED, answer="…")), []),
        (ConversationChanged(None, OPEN), []),
        (ConversationChanged(OPEN, replace(OPEN, turns=3)), []),
        (ConversationChanged(OPEN, CLOSED), ["conversation.resolved"]),
        (ConversationChanged(CLOSED, replace(CLOSED, turns=3)), []),
        (ConversationChanged(CLOSED, replace(OPEN, resolutions=1)), ["conversation.reopened"]),
        (UsageRecorded(USAGE), ["usage.recorded"]),
    ],
)
def test_a_change_is_an_event_when_something_has_happened(change, types):
    assert [event.type for event in events_of(change)] == types


def test_the_same_fact_has_the_same_id_and_another_fact_another():
    (once,) = events_of(DocumentChanged(PROCESSING, READY))
    (again,) = events_of(DocumentChanged(None, READY))
    second = replace(READY, version=2, published_version=2)
    (other,) = events_of(DocumentChanged(READY, second))

    assert once == again
    assert other.id != once.id
    assert once.id.startswith("evt_")


def test_ids_of_events_sort_by_time():
    later = replace(SETTLED, started_at=NOON + timedelta(seconds=1))

    assert events_of(TurnChanged(None, SETTLED))[0].id < events_of(TurnChanged(None, later))[0].id


def test_a_settled_turn_is_told_without_what_was_said():
    (event,) = events_of(TurnChanged(RUNNING, SETTLED))

    assert event.occurred_at == NOON + timedelta(milliseconds=1500)
    assert event.data["finish_reason"] == "answered"
    assert "Anna" not in event.model_dump_json()


def test_each_resolution_is_told_once_and_without_what_was_said():
    second = replace(CLOSED, resolutions=2)

    (event,) = events_of(ConversationChanged(OPEN, CLOSED))
    (another,) = events_of(ConversationChanged(OPEN, second))
    (reopened,) = events_of(ConversationChanged(CLOSED, replace(OPEN, resolutions=1)))

    assert events_of(ConversationChanged(replace(OPEN, turns=1), CLOSED)) == [event]
    assert len({event.id, another.id, reopened.id}) == 3
    assert event.data == {"conversation_id": "conv_1", "resolution": 1, "turns": 2}
    assert (event.subject, event.occurred_at) == ("conv_1", NOON)


def test_usage_is_told_in_exact_money():
    (event,) = events_of(UsageRecorded(USAGE))

    assert json.loads(event.model_dump_json())["data"]["quantities"] == [
        {
            "meter": "input_tokens",
            "quantity": 5,
            "cost": {"amount": "0.000007", "currency": "USD"},
        }
    ]


def test_each_status_that_an_action_comes_to_is_told_once():
    proposal = a_proposal(TENANT, at=NOON)
    claim = the_claim_of(proposal.after, at=NOON)

    (asked,) = events_of(ActionChanged(None, proposal.after))
    (running,) = events_of(ActionChanged(proposal.after, claim.after))

    assert (asked.type, running.type) == ("action.awaiting_confirmation", "action.running")
    assert asked.subject == proposal.after.id
    assert asked.data["tool"] == "refund_order"
    assert asked.data["conversation_id"] is None
    assert events_of(ActionChanged(claim.after, claim.after)) == []
    assert events_of(ActionChanged(None, proposal.after))[0].id == asked.id != running.id
    assert "arguments" not in asked.data
