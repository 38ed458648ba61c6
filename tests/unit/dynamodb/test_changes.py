"""What the tables' streams tell, in the shape in which Lambda hands it over."""

from dataclasses import replace

from helpdesk.adapters.dynamodb.changes import change_of
from helpdesk.adapters.dynamodb.conversation_items import (
    conversation_fields,
    opening_fields,
    turn_fields,
)
from helpdesk.adapters.dynamodb.document_items import fields_of
from helpdesk.adapters.dynamodb.item_keys import (
    conversation_key,
    document_key,
    embedding_key,
    turn_key,
)
from helpdesk.adapters.dynamodb.items import to_attributes
from helpdesk.adapters.dynamodb.usage_items import UsageTables, event_writes
from helpdesk.documents import DocumentStatus
from helpdesk.domain_events import (
    ConversationChanged,
    DocumentChanged,
    TurnChanged,
    UsageRecorded,
)
from helpdesk.resolutions import resolved
from tests.contract.examples import a_document, a_tenant_id, a_turn, the_end_of, the_head_of

TENANT = a_tenant_id()


def record(key, after=None, before=None):
    images = {"Keys": to_attributes({"pk": key.pk, "sk": key.sk})}
    if before is not None:
        images["OldImage"] = to_attributes(before)
    if after is not None:
        images["NewImage"] = to_attributes(after)
    return {"eventName": "MODIFY", "dynamodb": images}


def test_a_changed_document_is_told_with_what_it_was():
    before = a_document(TENANT)
    after = replace(before, status=DocumentStatus.READY, published_version=1, batches_done=3)
    key = document_key(TENANT, before.id)

    assert change_of(record(key, fields_of(after), fields_of(before))) == DocumentChanged(
        before, after
    )
    assert change_of(record(key, fields_of(before))) == DocumentChanged(None, before)


def test_a_deleted_document_is_no_change():
    document = a_document(TENANT)
    key = document_key(TENANT, document.id)

    assert change_of(record(key, before=fields_of(document))) is None


def test_a_settled_turn_and_its_bill_are_told():
    turn = a_turn(TENANT)
    settled, event = the_end_of(turn)
    key = turn_key(TENANT, turn.conversation, turn.id)
    opened = turn_fields(turn) | opening_fields(turn)

    assert change_of(record(key, turn_fields(settled), opened)) == TurnChanged(turn, settled)
    bill, _ = event_writes(UsageTables("ledger", "books"), event)
    assert change_of(record(bill.key, bill.fields)) == UsageRecorded(event)


def test_a_resolved_conversation_is_told():
    turn = a_turn(TENANT)
    change = resolved(the_head_of(turn), the_end_of(turn)[1])
    before, after = conversation_fields(change.before), conversation_fields(change.after)
    key = conversation_key(TENANT, turn.conversation)

    assert change_of(record(key, after, before)) == ConversationChanged(change.before, change.after)
    assert change_of(record(key, before)) == ConversationChanged(None, change.before)


def test_vectors_are_nobodys_business():
    key = embedding_key(TENANT, "minilm", "0" * 64)

    assert change_of(record(key, {"vector": b"\x00"})) is None
