"""Keys: each begins with its tenant, and no id leads out of it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.adapters.dynamodb import billing_keys, item_keys
from helpdesk.adapters.dynamodb.item_keys import ItemKey
from helpdesk.ids import ConversationId, DocumentId, EventId, KeyId, TenantId, TurnId, WebhookId
from helpdesk.webhooks import Lane

TENANT = TenantId("ten_1")
ANYTHING = st.text(max_size=300)


@given(ANYTHING, ANYTHING)
def test_whatever_a_caller_names_lies_in_the_callers_tenant(one, two):
    keys = [
        item_keys.owned_key(TENANT, KeyId(one)),
        item_keys.document_key(TENANT, DocumentId(one)),
        item_keys.external_key(TENANT, one),
        item_keys.embedding_key(TENANT, one, two),
        item_keys.conversation_key(TENANT, ConversationId(one)),
        item_keys.turn_key(TENANT, ConversationId(one), TurnId(two)),
        item_keys.request_key(TENANT, one),
        billing_keys.event_key(TENANT, EventId(one)),
        billing_keys.usage_key(TENANT, two, EventId(one)),
        billing_keys.correction_key(TENANT, EventId(one), 1),
        billing_keys.unposted_key(TENANT, EventId(one)),
        ItemKey(billing_keys.late_into_partition(TENANT, two), one),
        ItemKey(billing_keys.late_out_partition(TENANT, two), one),
        billing_keys.totals_key(TENANT, two, 1),
        billing_keys.day_key(TENANT, date(2026, 11, 30), 1),
        billing_keys.charge_key(TENANT, two, EventId(one)),
        billing_keys.statement_key(TENANT, two),
        item_keys.webhook_key(TENANT, WebhookId(one)),
        item_keys.delivery_key(TENANT, WebhookId(one), EventId(two)),
        item_keys.lane_key(Lane(TENANT, WebhookId(one), two)),
        item_keys.waiting_key(Lane(TENANT, WebhookId(one), two), two),
    ]
    assert all(key.pk.split("#")[:2] == ["TENANT", TENANT] for key in keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("tenant", ["", "ten_1#CONVERSATION#conv_1"])
def test_a_tenant_id_cannot_name_a_partition(tenant):
    with pytest.raises(ValueError, match="no tenant id"):
        item_keys.tenant_key(TenantId(tenant))


@given(ANYTHING.filter(str.strip))
def test_callers_own_words_fit_into_a_key(words):
    assert len(item_keys.external_key(TENANT, words * 10).sk.encode()) < 1024
    assert len(item_keys.request_key(TENANT, words * 10).sk.encode()) < 1024


def test_open_turns_are_spread():
    turns = [TurnId(f"turn_{number}") for number in range(1000)]
    used = {item_keys.open_shard(turn) for turn in turns}
    assert used == set(item_keys.OPEN_SHARDS)
