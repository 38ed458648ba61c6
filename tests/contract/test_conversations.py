"""The log: a turn is claimed once, settled once, and billed in the same breath."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations
from helpdesk.clock import period_of, utc_now
from helpdesk.conversations import (
    Asker,
    EndUser,
    Feedback,
    FirstRequest,
    RequestKey,
    TurnStatus,
)
from helpdesk.errors import Conflict, NotFound, PayloadTooLarge, ValidationFailed
from helpdesk.ids import ConversationId, TurnId, VisitorId, new_id
from tests.contract.examples import a_tenant_id, a_turn, the_end_of, the_head_of
from tests.contract.lanes import AT_ONCE
from tests.contract.usage_examples import billed_in
from tests.fakes.conversations import MemoryConversations

NOW = utc_now()
REQUEST = RequestKey("order 66 – ü" * 20, "f1")


@pytest.fixture
def log(cloud, ledger):
    if not cloud:
        return MemoryConversations(ledger)
    return DynamoDBConversations(cloud.client("dynamodb"), "conversations", "ledger", "books")


@pytest.fixture
def billed(ledger, books):
    """The usage events of a turn's tenant, each with its note that it is unposted."""
    return lambda turn: billed_in(ledger, books, turn.tenant, period_of(NOW))


def opened(log, tenant=None, request=None, seconds=0):
    turn = a_turn(tenant or a_tenant_id(), now=NOW + timedelta(seconds=seconds))
    assert log.claim(turn, the_head_of(turn), request) is None
    return turn


def stored(log, turn):
    return log.turn(turn.tenant, turn.conversation, turn.id)


def head(log, turn):
    return log.get(turn.tenant, turn.conversation)


def test_a_first_turn_opens_its_conversation(log):
    turn = opened(log)

    assert stored(log, turn) == turn
    assert head(log, turn) == the_head_of(turn)
    assert log.turns(turn.tenant, turn.conversation) == [turn]


def test_a_later_turn_needs_its_conversation(log):
    first = opened(log)
    second = a_turn(first.tenant, first.conversation, NOW + timedelta(seconds=1))
    stray = a_turn(first.tenant, now=NOW)

    assert log.claim(second, None) is None
    with pytest.raises(NotFound):
        log.claim(stray, None)

    assert log.turns(first.tenant, first.conversation) == [first, second]
    with pytest.raises(NotFound):
        stored(log, stray)


ADA, BOB = EndUser("u-1", "Ada"), EndUser("u-2")
ONE, TWO = VisitorId("vis_1"), VisitorId("vis_2")
SERVER = Asker()


@pytest.mark.parametrize(
    ("end_user", "visitor", "asker", "refusal"),
    [
        # the tenant's server
        (ADA, None, SERVER, None),
        (None, ONE, SERVER, None),
        (None, None, Asker(ADA), None),
        (ADA, None, Asker(EndUser("u-1", "Ada L.", "a@b.example")), None),
        (None, ONE, Asker(ADA), None),
        (ADA, None, Asker(BOB), Conflict),
        # visitors
        (ADA, None, Asker(ADA, TWO), None),
        (None, ONE, Asker(None, ONE), None),
        (None, ONE, Asker(None, TWO), NotFound),
        (None, ONE, Asker(ADA, ONE), NotFound),
        (ADA, None, Asker(BOB, ONE), NotFound),
        (ADA, None, Asker(None, ONE), NotFound),
        (None, None, Asker(ADA, ONE), NotFound),
        (None, None, Asker(None, ONE), NotFound),
    ],
)
def test_a_later_turn_is_claimed_by_those_whose_conversation_it_is(
    log, end_user, visitor, asker, refusal
):
    first = a_turn(a_tenant_id(), now=NOW)
    log.claim(first, replace(the_head_of(first), end_user=end_user, visitor=visitor))
    second = a_turn(first.tenant, first.conversation, NOW + timedelta(seconds=1))

    if refusal is None:
        assert log.claim(second, None, None, asker) is None
        assert log.claim(second, None, None, asker) is None
        assert stored(log, second) == second
        return
    with pytest.raises(refusal):
        log.claim(second, None, REQUEST, asker)
    with pytest.raises(NotFound):
        stored(log, second)
    assert log.claim(second, None, REQUEST) is None
    assert head(log, first).visitor == visitor


@pytest.mark.parametrize("asker", [SERVER, Asker(ADA), Asker(ADA, ONE), Asker(None, ONE)])
def test_nobody_continues_what_is_not_there(log, asker):
    with pytest.raises(NotFound):
        log.claim(a_turn(a_tenant_id()), None, None, asker)


def test_a_claim_that_is_repeated_changes_nothing(log):
    turn = opened(log)
    settled, event = the_end_of(turn)
    log.settle(settled, event)

    assert log.claim(turn, the_head_of(turn)) is None

    assert stored(log, turn) == settled


def test_a_conversation_is_opened_once(log):
    turn = opened(log)
    other = a_turn(turn.tenant, turn.conversation)

    with pytest.raises(Conflict):
        log.claim(other, the_head_of(other))

    with pytest.raises(NotFound):
        stored(log, other)


def test_the_same_request_starts_nothing_and_learns_of_the_first(log):
    first = opened(log, request=REQUEST)
    again = a_turn(first.tenant)

    answer = log.claim(again, the_head_of(again), RequestKey(REQUEST.key, "f2"))

    assert answer == FirstRequest(first.conversation, first.id, "f1")
    with pytest.raises(NotFound):
        head(log, again)


def test_the_repetition_of_a_requests_own_claim_is_that_claim(log):
    turn = opened(log, request=REQUEST)

    assert log.claim(turn, the_head_of(turn), REQUEST) is None


def test_a_refused_claim_leaves_its_request_key_free(log):
    stray = a_turn(a_tenant_id())
    with pytest.raises(NotFound):
        log.claim(stray, None, REQUEST)

    assert opened(log, stray.tenant, REQUEST)


def test_request_keys_belong_to_their_tenants(log):
    assert opened(log, request=REQUEST)
    assert opened(log, request=REQUEST)


def test_settling_writes_turn_bill_and_head(log, billed):
    turn = opened(log)
    settled, event = the_end_of(turn)

    assert log.settle(settled, event)

    assert stored(log, turn) == settled
    assert billed(turn) == [event]
    assert head(log, turn) == replace(
        the_head_of(turn), turns=1, updated_at=settled.ended_at, outcome="answered"
    )


def test_settling_again_changes_nothing(log, billed):
    turn = opened(log)
    settled, event = the_end_of(turn)
    log.settle(settled, event)

    late = replace(event, occurred_at=event.occurred_at + timedelta(days=40))
    assert not log.settle(settled, event)
    assert not log.settle(replace(settled, answer="Another."), late)

    assert stored(log, turn) == settled
    assert billed(turn) == [event]
    assert head(log, turn).turns == 1


def test_what_was_never_claimed_is_neither_settled_nor_billed(log, billed):
    turn = opened(log)
    stray = a_turn(turn.tenant, turn.conversation)

    with pytest.raises(NotFound):
        log.settle(*the_end_of(stray))

    assert billed(turn) == []
    assert head(log, turn).turns == 0


def test_one_bill_is_not_written_for_two_turns(log, billed):
    first, second = opened(log, tenant := a_tenant_id()), opened(log, tenant)
    _, event = the_end_of(first)
    log.settle(*the_end_of(first))

    with pytest.raises(Conflict):
        log.settle(the_end_of(second)[0], event)

    assert stored(log, second).status is TurnStatus.RUNNING
    assert billed(first) == [event]


def test_a_long_answer_in_single_characters_fits(log):
    turn = opened(log)
    settled, event = the_end_of(turn, "x" * 60_000, (1,) * 60_000)

    assert log.settle(settled, event)

    assert stored(log, turn) == settled


# The fake keeps anything.
@pytest.mark.parametrize("cloud", ["moto", "ministack"], indirect=True)
def test_an_answer_that_no_item_holds_fails_clearly_and_bills_nothing(log, billed):
    turn = opened(log)
    settled, event = the_end_of(turn, "x" * 410_000, ())

    with pytest.raises(PayloadTooLarge):
        log.settle(settled, event)

    assert billed(turn) == []
    assert stored(log, turn) == turn


def test_turns_come_in_order_and_the_last_few_on_request(log):
    first = opened(log)
    turns = [first]
    for number in range(1, 5):
        turns.append(a_turn(first.tenant, first.conversation, NOW + timedelta(seconds=number)))
        log.claim(turns[-1], None)

    assert log.turns(first.tenant, first.conversation) == turns
    assert log.turns(first.tenant, first.conversation, last=2) == turns[-2:]
    assert log.turns(first.tenant, first.conversation, last=9) == turns
    assert log.turns(first.tenant, ConversationId(new_id("conv", NOW))) == []


def test_another_tenants_conversation_does_not_exist(log, billed):
    turn = opened(log)
    theirs = replace(turn, tenant=a_tenant_id())
    settled, event = the_end_of(theirs)

    with pytest.raises(NotFound):
        head(log, theirs)
    with pytest.raises(NotFound):
        stored(log, theirs)
    with pytest.raises(NotFound):
        log.claim(replace(theirs, id=TurnId(new_id("turn", NOW))), None)
    with pytest.raises(NotFound):
        log.settle(settled, event)
    with pytest.raises(NotFound):
        log.give_feedback(theirs.tenant, theirs.conversation, theirs.id, Feedback("down"))
    assert log.turns(theirs.tenant, theirs.conversation) == []
    assert log.page(theirs.tenant, 10, None).items == []
    assert billed(theirs) == []
    assert stored(log, turn) == turn


def test_pages_are_newest_first_and_lose_nothing(log):
    tenant = a_tenant_id()
    turns = [opened(log, tenant, seconds=number) for number in range(5)]
    opened(log)

    first = log.page(tenant, 3, None)
    rest = log.page(tenant, 3, first.next_cursor)

    found = [*first.items, *rest.items]
    assert [each.id for each in found] == [turn.conversation for turn in turns[::-1]]
    assert rest.next_cursor is None
    assert log.page(a_tenant_id(), 3, first.next_cursor).items == []
    with pytest.raises(ValidationFailed):
        log.page(tenant, 3, "made up")


def test_feedback_is_kept_before_and_after_the_end(log):
    turn = opened(log)
    settled, event = the_end_of(turn)
    log.give_feedback(turn.tenant, turn.conversation, turn.id, Feedback("down", "Slow – 5 s"))

    log.settle(settled, event)
    assert stored(log, turn).feedback == Feedback("down", "Slow – 5 s")

    log.give_feedback(turn.tenant, turn.conversation, turn.id, Feedback("up"))
    assert stored(log, turn) == replace(settled, feedback=Feedback("up"))


def test_feedback_needs_its_turn(log):
    turn = opened(log)
    stray = TurnId(new_id("turn", NOW))

    with pytest.raises(NotFound):
        log.give_feedback(turn.tenant, turn.conversation, stray, Feedback("up"))
    with pytest.raises(NotFound):
        stored(log, replace(turn, id=stray))


def test_orphans_are_what_was_claimed_long_ago_and_never_settled(log):
    # Moments of their own: the tests share the index of open turns.
    hour = timedelta(hours=1)
    old = [opened(log, seconds=-1e6 - number) for number in range(3)]
    settled = opened(log, seconds=-1e6 - 5)
    log.settle(*the_end_of(settled))
    opened(log)

    found = log.orphans(NOW - hour, 100)

    assert [turn for turn in found if turn in old] == old[::-1]
    assert settled.id not in {turn.id for turn in found}
    assert all(turn.started_at < NOW - hour for turn in found)
    assert len(log.orphans(NOW - hour, 2)) == 2
    for turn in old:
        log.settle(*the_end_of(turn))


# Without moto, whose transactions are not atomic between threads.
@AT_ONCE
def test_of_many_requests_at_once_with_one_key_one_starts(log):
    tenant = a_tenant_id()
    turns = [a_turn(tenant) for _ in range(12)]

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda t: log.claim(t, the_head_of(t), REQUEST), turns))

    (winner,) = (turn for turn, answer in zip(turns, answers, strict=True) if answer is None)
    assert {answer.turn for answer in answers if answer} == {winner.id}
    assert [each.id for each in log.page(tenant, 50, None).items] == [winner.conversation]


@AT_ONCE
def test_of_many_that_settle_at_once_one_bills(log, billed):
    turn = opened(log)
    settled, event = the_end_of(turn)

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(lambda _: log.settle(settled, event), range(12)))

    assert outcomes.count(True) == 1
    assert billed(turn) == [event]
    assert head(log, turn).turns == 1


@AT_ONCE
def test_turns_of_one_conversation_that_end_at_once_all_count(log, billed):
    first = opened(log)
    turns = [first]
    for number in range(1, 8):
        turns.append(a_turn(first.tenant, first.conversation, NOW + timedelta(seconds=number)))
        log.claim(turns[-1], None)

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(lambda turn: log.settle(*the_end_of(turn)), turns))

    assert head(log, first).turns == len(billed(first)) == len(turns)
