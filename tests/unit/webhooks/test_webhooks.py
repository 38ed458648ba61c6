"""The values: what is posted, how a delivery ends, how long it is tried."""

import json
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.ids import TenantId
from helpdesk.webhooks import (
    RETRIED_FOR,
    Attempt,
    DeliveryStatus,
    body_of,
    headers_of,
    pause_after,
)
from tests.contract.webhook_examples import START, a_delivery, a_webhook, an_event

TENANT = TenantId("ten_1")
WEBHOOK = a_webhook(TENANT)
CHANCES = st.floats(0, 1, exclude_max=True)


def test_the_envelope():
    event = an_event(TENANT, 1)

    assert json.loads(body_of(event)) == {
        "id": event.id,
        "type": "turn.settled",
        "schema_version": 1,
        "tenant_id": TENANT,
        "subject": "turn_1",
        "occurred_at": "2026-11-24T09:30:01.000Z",
        "data": {"turn_id": "turn_1", "score": 0.5, "conversation_id": "conv_1"},
    }
    assert body_of(event) == body_of(event.model_validate_json(event.model_dump_json()))


def test_the_headers_count_the_attempts():
    once = a_delivery(WEBHOOK, 1).after(Attempt(START, status=500), timedelta(0))

    assert headers_of(once, "t=1,v1=2")["X-Helpdesk-Delivery"] == "2"
    assert headers_of(once, "t=1,v1=2")["X-Helpdesk-Event"] == "turn.settled"
    assert headers_of(once, "t=1,v1=2")["X-Helpdesk-Signature"] == "t=1,v1=2"


@given(st.integers(1, 10_000), CHANCES)
def test_a_pause_is_jittered_from_zero_to_a_bound_that_doubles_up_to_an_hour(failures, chance):
    pause = pause_after(failures, lambda: chance)

    bound = min(timedelta(hours=1), timedelta(seconds=30) * 2 ** min(failures - 1, 20))
    assert timedelta(0) <= pause <= bound
    assert pause_after(failures + 1, lambda: chance) >= pause


@given(st.lists(CHANCES, min_size=1), st.integers(0, 10))
def test_a_receiver_that_never_answers_is_tried_for_a_day_and_not_longer(chances, took_seconds):
    delivery, now, tries = a_delivery(WEBHOOK, 1), START, 0
    while not delivery.settled:
        assert delivery.next_try_at is not None
        assert now <= delivery.next_try_at or tries == 0
        # The sweep comes once a minute.
        now = max(now, delivery.next_try_at) + timedelta(seconds=60 + took_seconds)
        chance = chances[tries % len(chances)]
        pause = pause_after(delivery.failures + 1, partial(float, chance))
        delivery = delivery.after(Attempt(now, problem="timeout"), pause)
        tries += 1

    assert delivery.status is DeliveryStatus.DEAD
    assert RETRIED_FOR <= now - START <= RETRIED_FOR + timedelta(minutes=2)
    assert len(delivery.attempts) == tries >= 24


@pytest.mark.parametrize(
    ("attempt", "status"),
    [
        (Attempt(START, status=200), DeliveryStatus.DELIVERED),
        (Attempt(START, status=299), DeliveryStatus.DELIVERED),
        (Attempt(START, status=302), DeliveryStatus.RETRYING),
        (Attempt(START, status=404), DeliveryStatus.RETRYING),
        (Attempt(START, status=410), DeliveryStatus.DEAD),
        (Attempt(START, status=503), DeliveryStatus.RETRYING),
        (Attempt(START, problem="timeout"), DeliveryStatus.RETRYING),
        (Attempt(START + RETRIED_FOR, problem="timeout"), DeliveryStatus.DEAD),
        (Attempt(START + RETRIED_FOR, status=200), DeliveryStatus.DELIVERED),
    ],
)
def test_how_an_attempt_ends_a_delivery(attempt, status):
    after = a_delivery(WEBHOOK, 1).after(attempt, timedelta(hours=1))

    assert after.status is status
    assert (after.next_try_at is None) == after.settled
    assert after.attempts == (attempt,)
