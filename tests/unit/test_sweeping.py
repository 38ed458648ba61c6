"""Orphaned turns are settled once, by a flagged estimate."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.charging import charge
from helpdesk.conversations import Conversation, ConversationStatus, Turn, TurnStatus
from helpdesk.ids import ConversationId, TenantId, TurnId
from helpdesk.model import TokenUsage
from helpdesk.money import Money
from helpdesk.sweeping import ORPHANED_AFTER, Sweeping, Swept
from tests.fakes.conversations import MemoryConversations
from tests.fakes.tariffs import flat_tariffs, one_price

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TENANT = TenantId("ten_1")
TARIFFS = flat_tariffs(one_price(1_000_000, 1_000_000))


@pytest.fixture
def log():
    return MemoryConversations()


def _started(log, number, ago, conversation=None):
    started_at = NOON - ago
    turn = Turn(
        tenant=TENANT,
        conversation=conversation or ConversationId(f"conv_{number}"),
        id=TurnId(f"turn_{number}"),
        status=TurnStatus.RUNNING,
        question="x" * 400,
        started_at=started_at,
    )
    head = None
    if conversation is None:
        status = ConversationStatus.BOT
        head = Conversation(TENANT, turn.conversation, status, started_at, started_at)
    log.claim(turn, head)
    return turn


def _sweeping(log):
    return Sweeping(log, TARIFFS, "m", lambda: NOON)


def test_an_orphan_is_settled_and_billed_by_an_estimate_that_says_so(log):
    turn = _started(log, 1, timedelta(hours=1))

    assert _sweeping(log).sweep() == Swept(settled=1, stuck=0)

    settled = log.turn(TENANT, turn.conversation, turn.id)
    assert (settled.status, settled.finish_reason) == (TurnStatus.SETTLED, "error")
    assert settled.usage.estimated
    assert (settled.usage.input_tokens, settled.usage.output_tokens) == (100, 0)
    assert settled.usage.cost == Money(100)
    assert settled.timing.total_ms == 3_600_000
    (event,) = log.events.values()
    assert event.estimated
    assert {each.meter: each.quantity for each in event.lines} == {
        "conversations": 1,
        "turns": 1,
        "input_tokens": 100,
    }


def test_a_later_turn_of_a_conversation_opens_none(log):
    first = _started(log, 1, timedelta(hours=2))
    _started(log, 2, timedelta(hours=1), first.conversation)

    _sweeping(log).sweep()

    opened = [
        each for event in log.events.values() for each in event.lines
        if each.meter == "conversations"
    ]  # fmt: skip
    assert len(log.events) == 2
    assert len(opened) == 1


def test_a_turn_that_may_still_run_is_left_alone(log):
    _started(log, 1, ORPHANED_AFTER)
    _started(log, 2, timedelta(seconds=1))

    assert _sweeping(log).sweep() == Swept(0, 0)


def test_sweeping_again_changes_nothing(log):
    _started(log, 1, timedelta(hours=1))
    _sweeping(log).sweep()
    events = dict(log.events)

    assert _sweeping(log).sweep() == Swept(0, 0)
    assert log.events == events


def test_who_settles_first_bills(log):
    turn = _started(log, 1, timedelta(hours=1))

    class Raced(MemoryConversations):
        """The turn's own process ends it just after the sweep has found it."""

        def orphans(self, started_before, limit):
            found = log.orphans(started_before, limit)
            used = TokenUsage("m", 7, 7)
            own = charge(turn, used, TARIFFS.at(TENANT, NOON), opens_conversation=True)
            ended = replace(turn, status=TurnStatus.SETTLED, usage=own.usage)
            assert log.settle(ended, own.event)
            return found

        get = log.get
        settle = log.settle

    assert _sweeping(Raced()).sweep() == Swept(0, 0)
    assert not log.turn(TENANT, turn.conversation, turn.id).usage.estimated
    assert len(log.events) == 1


def test_an_orphan_that_can_not_be_settled_does_not_keep_the_others_waiting(log):
    lost = _started(log, 1, timedelta(hours=2))
    _started(log, 2, timedelta(hours=1))
    del log._heads[TENANT, lost.conversation]

    assert _sweeping(log).sweep() == Swept(settled=1, stuck=1)
