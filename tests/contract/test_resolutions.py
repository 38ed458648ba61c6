"""The log: a conversation is resolved and opened again, and billed in the same breath."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.dynamodb.conversations import DynamoDBConversations
from helpdesk.charging import charge_for_resolution
from helpdesk.clock import period_of, utc_now
from helpdesk.conversations import (
    Asker,
    ConversationStatus,
    EndUser,
    FirstRequest,
    RequestKey,
    TurnStatus,
)
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import ConversationId, VisitorId, new_id
from helpdesk.resolutions import reopened, resolved
from helpdesk.resolving import Resolving
from tests.contract.examples import a_tenant_id, a_turn, the_end_of, the_head_of
from tests.contract.lanes import AT_ONCE
from tests.contract.usage_examples import events_in, unposted_in
from tests.fakes.conversations import MemoryConversations
from tests.fakes.tariffs import flat_tariffs

NOW = utc_now()
LATER = NOW + timedelta(minutes=5)
NEXT_MONTH = NOW + timedelta(days=40)
REQUEST = RequestKey("k", "f1")
SERVER = Asker()
CLOSED, BOT = ConversationStatus.CLOSED, ConversationStatus.BOT


@pytest.fixture
def log(cloud, ledger):
    if not cloud:
        return MemoryConversations(ledger)
    return DynamoDBConversations(cloud.client("dynamodb"), "conversations", "ledger", "books")


@pytest.fixture
def billed(ledger, books):
    """The bills and credits of a tenant's resolutions, each noted as unposted, by their ids."""

    def events(tenant):
        periods = sorted({period_of(moment) for moment in (NOW, LATER, NEXT_MONTH)})
        found = [event for period in periods for event in events_in(ledger, tenant, period)]
        assert unposted_in(books, tenant) == sorted(event.id for event in found)
        return [event for event in found if event.type != "turn"]

    return events


@pytest.fixture
def head(log):
    """The head of a conversation with one answer."""
    turn = a_turn(a_tenant_id(), now=NOW)
    log.claim(turn, the_head_of(turn))
    log.settle(*the_end_of(turn))
    return log.get(turn.tenant, turn.conversation)


def closing(head, now=NOW):
    tariff = flat_tariffs().at(head.tenant, now)
    return resolved(head, charge_for_resolution(head, tariff, now))


def closed(log, head):
    log.record(closing(head))
    return log.get(head.tenant, head.id)


def a_message(head, seconds=300):
    return a_turn(head.tenant, head.id, NOW + timedelta(seconds=seconds))


def test_resolving_writes_head_and_bill(log, head, billed):
    change = closing(head)

    log.record(change)

    assert log.get(head.tenant, head.id) == change.after
    assert billed(head.tenant) == [change.event]
    assert log.page(head.tenant, 10, None).items == [change.after]


def test_opening_again_writes_head_and_credit(log, head, billed):
    change = reopened(closed(log, head), LATER)
    assert change

    log.record(change)

    assert log.get(head.tenant, head.id) == change.after
    assert billed(head.tenant) == [closing(head).event, change.event]


@pytest.mark.parametrize("meanwhile", ["resolved", "opened"])
def test_a_change_of_what_has_moved_on_changes_nothing(log, head, billed, meanwhile):
    once = closed(log, head)
    if meanwhile == "opened":
        log.record(reopened(once, LATER))
    events = billed(head.tenant)

    # In another month no event of the same id stands in the way.
    with pytest.raises(Conflict):
        log.record(closing(head, NEXT_MONTH))

    assert billed(head.tenant) == events
    assert log.get(head.tenant, head.id).resolutions == 1


def test_what_is_not_there_is_neither_resolved_nor_billed(log, head, billed):
    stray = replace(head, id=ConversationId(new_id("conv", NOW)))
    theirs = replace(head, tenant=a_tenant_id())

    for other in (stray, theirs):
        with pytest.raises(Conflict):
            log.record(closing(other))
        with pytest.raises(NotFound):
            log.get(other.tenant, other.id)

    assert billed(head.tenant) == billed(theirs.tenant) == []
    assert log.get(head.tenant, head.id) == head


def test_a_turn_that_ends_meanwhile_stays_on_the_head(log, head):
    turn = a_message(head)
    log.claim(turn, None)
    log.settle(*the_end_of(turn))

    log.record(closing(head))

    after = log.get(head.tenant, head.id)
    assert (after.turns, after.status) == (2, CLOSED)


def test_a_turn_that_ends_after_it_leaves_it_resolved(log, head):
    turn = a_message(head)
    log.claim(turn, None)
    once = closed(log, head)

    log.settle(*the_end_of(turn))

    after = log.get(head.tenant, head.id)
    assert (after.status, after.resolution, after.turns) == (CLOSED, once.resolution, 2)


def test_a_message_opens_a_closed_conversation_and_credits_it(log, head, billed):
    bill = closed(log, head).resolution
    turn = a_message(head)

    assert log.claim(turn, None, REQUEST) is None

    assert log.turn(turn.tenant, turn.conversation, turn.id) == turn
    opened = log.get(head.tenant, head.id)
    assert (opened.status, opened.resolution, opened.resolutions) == (BOT, None, 1)
    assert opened.updated_at == turn.started_at
    first, credit = billed(head.tenant)
    assert first == bill
    assert (credit.corrects, credit.occurred_at) == (bill.id, turn.started_at)
    assert [line.quantity for line in credit.lines] == [-1]


@pytest.mark.parametrize("request_key", [None, REQUEST])
def test_a_message_that_is_repeated_credits_once(log, head, billed, request_key):
    closed(log, head)
    turn = a_message(head)
    log.claim(turn, None, request_key)
    again = closing(log.get(head.tenant, head.id), LATER)
    log.record(again)

    assert log.claim(turn, None, request_key) is None

    assert log.get(head.tenant, head.id) == again.after
    assert len(billed(head.tenant)) == 3


def test_another_message_under_the_same_key_opens_nothing(log, head, billed):
    turn = a_message(head)
    log.claim(turn, None, REQUEST)
    once = closed(log, head)

    first = log.claim(a_message(head), None, RequestKey(REQUEST.key, "f2"))

    assert first == FirstRequest(head.id, turn.id, "f1")
    assert log.get(head.tenant, head.id) == once
    assert len(billed(head.tenant)) == 1


def test_the_next_message_is_one_like_any_other(log, head, billed):
    closed(log, head)
    for seconds in (300, 301):
        assert log.claim(a_message(head, seconds), None) is None

    assert len(billed(head.tenant)) == 2
    assert len(log.turns(head.tenant, head.id)) == 3


@pytest.mark.parametrize(
    ("asker", "refusal"),
    [
        (Asker(EndUser("u-2")), Conflict),
        (Asker(EndUser("u-2"), VisitorId("vis_1")), NotFound),
        (Asker(None, VisitorId("vis_1")), NotFound),
    ],
)
def test_nobody_else_opens_a_closed_conversation(log, head, billed, asker, refusal):
    once = closed(log, head)

    with pytest.raises(refusal):
        log.claim(a_message(head), None, REQUEST, asker)

    assert log.get(head.tenant, head.id) == once
    assert len(billed(head.tenant)) == 1
    assert (
        log.claim(a_message(head), None, REQUEST, Asker(EndUser("u-1"), VisitorId("vis_1"))) is None
    )


def test_a_closed_conversation_is_not_begun_anew(log, head, billed):
    once = closed(log, head)
    turn = a_message(head)

    with pytest.raises(Conflict):
        log.claim(turn, the_head_of(turn))

    assert log.get(head.tenant, head.id) == once
    assert len(billed(head.tenant)) == 1


@pytest.mark.parametrize("cloud", ["moto", "ministack"], indirect=True)
def test_a_head_that_counts_no_resolutions_yet_is_resolved(cloud, log, head, billed):
    client = cloud.client("dynamodb")
    key = {"pk": {"S": f"TENANT#{head.tenant}"}, "sk": {"S": f"CONVERSATION#{head.id}"}}
    client.update_item(
        TableName="conversations", Key=key, UpdateExpression="REMOVE resolutions, resolution"
    )

    log.record(closing(log.get(head.tenant, head.id)))

    assert log.get(head.tenant, head.id).resolutions == 1
    assert len(billed(head.tenant)) == 1


@AT_ONCE
def test_of_many_that_resolve_at_once_one_bills(log, head, billed):
    resolving = Resolving(log, flat_tariffs(), utc_now)

    with ThreadPoolExecutor(6) as threads:
        heads = list(
            threads.map(lambda _: resolving.resolve(head.tenant, head.id, SERVER), range(12))
        )

    assert {(each.status, each.resolutions) for each in heads} == {(CLOSED, 1)}
    assert len(billed(head.tenant)) == 1


@AT_ONCE
def test_of_many_messages_at_once_one_credits_and_all_begin(log, head, billed):
    closed(log, head)
    turns = [a_message(head, 300 + number) for number in range(6)]

    with ThreadPoolExecutor(6) as threads:
        assert not any(threads.map(lambda turn: log.claim(turn, None), turns))

    assert len(log.turns(head.tenant, head.id)) == 7
    assert len(billed(head.tenant)) == 2
    assert all(
        each.status is TurnStatus.RUNNING for each in log.turns(head.tenant, head.id, last=6)
    )


@AT_ONCE
def test_whoever_resolves_and_opens_at_once_the_bill_is_what_stands(log, head, billed):
    resolving = Resolving(log, flat_tariffs(), utc_now)
    closed(log, head)

    def act(number):
        with suppress(Conflict):  # others were quicker, time and again
            if number % 3 == 0:
                log.claim(a_message(head, 300 + number), None)
            else:
                do = resolving.resolve if number % 3 == 1 else resolving.reopen
                do(head.tenant, head.id, SERVER)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(act, range(24)))

    after = log.get(head.tenant, head.id)
    events = billed(head.tenant)
    assert sum(event.lines[0].quantity for event in events) == (after.status is CLOSED)
    assert len(events) == 2 * after.resolutions - (after.status is CLOSED)
