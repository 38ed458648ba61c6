"""A conversation is resolved and opened again: what stands resolved is billed, once."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.conversations import Asker, Conversation, ConversationStatus, EndUser
from helpdesk.errors import Conflict, NotFound, Unavailable
from helpdesk.ids import ConversationId, TenantId, VisitorId
from helpdesk.money import Money
from helpdesk.plan_book import PLANS
from helpdesk.plans import PlanTerm
from helpdesk.ports import Tenants
from helpdesk.pricing import PRICE_BOOK
from helpdesk.resolutions import ResolutionChange, reopened_by
from helpdesk.resolving import Resolving
from helpdesk.tenant_tariffs import TenantTariffs
from helpdesk.tenants import Tenant
from helpdesk.usage import UsageEvent
from tests.contract.examples import a_turn, the_end_of, the_head_of
from tests.fakes.conversations import MemoryConversations
from tests.fakes.tariffs import standard_tenant

ACME, RIVAL = TenantId("ten_1"), TenantId("ten_2")
TALK = ConversationId("conv_01kaxg3n2m8q4r6t8v0w2x4y6z")
START = datetime(2026, 11, 30, 12, tzinfo=UTC)
IN_EUR = START + timedelta(days=20)
SERVER = Asker()
CLOSED, BOT = ConversationStatus.CLOSED, ConversationStatus.BOT


class Payers:
    """Tenants that change their plan, and its currency, after twenty days."""

    def get(self, tenant: TenantId) -> Tenant:
        terms = (PlanTerm(PLANS["pro"], START), PlanTerm(PLANS["pro-eur"], IN_EUR))
        return replace(standard_tenant(tenant), terms=terms)


class CrowdedLog(MemoryConversations):
    """A log at which others do something before a change is written, and nothing before theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[Callable[[], object]] = []

    def record(self, change: ResolutionChange) -> None:
        others, self.others = self.others, []
        if others:
            others.pop(0)()
        self.others = others
        super().record(change)


@dataclass
class Desk:
    """The use case over fakes."""

    now: datetime = START
    log: CrowdedLog = field(default_factory=CrowdedLog)

    def __post_init__(self) -> None:
        tariffs = TenantTariffs(cast("Tenants", Payers()), PRICE_BOOK)
        self.resolving = Resolving(self.log, tariffs, lambda: self.now)

    def resolve(self, tenant=ACME, conversation=TALK, asker=SERVER) -> Conversation:
        return self.resolving.resolve(tenant, conversation, asker)

    def reopen(self, tenant=ACME, conversation=TALK, asker=SERVER) -> Conversation:
        return self.resolving.reopen(tenant, conversation, asker)

    def resolve_and_reopen(self) -> None:
        self.resolve()
        self.reopen()

    def message(self, tenant=ACME, conversation=TALK, answered=True, **head) -> None:
        """A customer's message, and its answer; the first one opens the conversation."""
        turn = a_turn(tenant, conversation, self.now)
        new = (tenant, conversation) not in {(each.tenant, each.id) for each in self.heads()}
        self.log.claim(turn, replace(the_head_of(turn), **head) if new else None)
        if answered:
            self.log.settle(*the_end_of(turn))

    def head(self) -> Conversation:
        return self.log.get(ACME, TALK)

    def heads(self) -> list[Conversation]:
        return [head for each in (ACME, RIVAL) for head in self.log.page(each, 100, None).items]

    def billed(self) -> list[UsageEvent]:
        """The bills and credits of resolutions, in the order in which they were written."""
        events = self.log.events.values()
        return [event for event in events if event.lines[0].meter == "resolutions"]


@pytest.fixture
def desk():
    opened = Desk()
    opened.message()
    return opened


def test_resolving_closes_and_bills_at_the_tariff_of_that_moment(desk):
    head = desk.resolve()

    assert (head.status, head.resolutions, head.turns) == (CLOSED, 1, 1)
    assert desk.head() == head
    (bill,) = desk.billed()
    assert bill.id == "evt_01kaxg3n2m8q4r6t8v0w2x4y6z_resolution_1"
    assert (bill.type, bill.subject, bill.conversation) == ("resolution", TALK, TALK)
    assert (bill.plan, bill.price_version) == ("pro@1", PRICE_BOOK.version)
    assert (bill.lines[0].quantity, bill.cost) == (1, Money(990_000))
    assert bill.occurred_at == head.updated_at == START


def test_reopening_takes_back_exactly_what_was_billed_in_the_month_in_which_it_happens(desk):
    desk.resolve()
    desk.now = IN_EUR

    head = desk.reopen()

    assert (head.status, head.resolution, head.updated_at) == (BOT, None, IN_EUR)
    bill, credit = desk.billed()
    assert credit.id == "evt_01kaxg3n2m8q4r6t8v0w2x4y6z_resolution_1_reopened"
    assert (credit.type, credit.corrects, credit.occurred_at) == (
        "resolution_reopened",
        bill.id,
        IN_EUR,
    )
    assert (credit.corrects_in, credit.month) == (bill.month, bill.month)
    assert credit.reason
    (line,) = credit.lines
    assert line == replace(bill.lines[0], quantity=-1, cost=Money(-990_000))
    assert (credit.plan, credit.price_version) == (bill.plan, bill.price_version)


def test_a_resolution_after_a_reopening_is_another_one_at_todays_price(desk):
    desk.resolve()
    desk.reopen()
    desk.now = IN_EUR

    assert desk.resolve().resolutions == 2

    *_, second = desk.billed()
    assert second.id.endswith("_resolution_2")
    assert second.cost == Money(900_000, "EUR")


def test_what_stands_already_is_left_as_it_is(desk):
    assert desk.reopen() == desk.head()
    assert desk.billed() == []
    first = desk.resolve()
    desk.now += timedelta(days=40)

    assert desk.resolve() == first
    assert len(desk.billed()) == 1


def test_without_an_answer_nothing_is_resolved(desk):
    other = ConversationId("conv_2")
    desk.message(conversation=other, answered=False)

    with pytest.raises(Conflict):
        desk.resolve(conversation=other)

    assert desk.billed() == []


@pytest.mark.parametrize(
    ("asker", "may"),
    [
        (Asker(EndUser("u-1"), VisitorId("vis_9")), True),
        (Asker(EndUser("u-2"), VisitorId("vis_9")), False),
        (Asker(None, VisitorId("vis_9")), False),
    ],
)
def test_a_visitor_resolves_and_reopens_his_own(desk, asker, may):
    if may:
        assert desk.resolve(asker=asker).status is CLOSED
        assert desk.reopen(asker=asker).status is BOT
        return
    with pytest.raises(NotFound):
        desk.resolve(asker=asker)
    desk.resolve()
    with pytest.raises(NotFound):
        desk.reopen(asker=asker)


def test_another_tenants_conversation_does_not_exist(desk):
    for act in (desk.resolve, desk.reopen):
        with pytest.raises(NotFound):
            act(tenant=RIVAL)


def test_the_loser_of_a_race_answers_as_the_winner_did(desk):
    won: list[Conversation] = []
    desk.log.others = [lambda: won.append(desk.resolve())]

    lost = desk.resolve()

    assert [lost] == won
    assert len(desk.billed()) == 1


def test_who_lost_to_a_reopening_resolves_anew(desk):
    desk.log.others = [desk.resolve_and_reopen]

    assert desk.resolve().resolutions == 2
    assert [event.lines[0].quantity for event in desk.billed()] == [1, -1, 1]


def test_a_tug_of_war_ends_in_a_conflict(desk):
    desk.log.others = [desk.resolve_and_reopen] * 5

    with pytest.raises(Conflict):
        desk.resolve()

    assert_the_bill_is_what_is_resolved(desk)


def test_turns_that_end_meanwhile_are_kept(desk):
    desk.log.others = [desk.message]

    desk.resolve()

    assert (desk.head().turns, desk.head().status) == (2, CLOSED)


def test_no_credit_is_older_than_what_it_takes_back(desk):
    head = desk.resolve()
    early = replace(a_turn(ACME, TALK), started_at=START - timedelta(seconds=1))

    change = reopened_by(early, head)

    assert change
    assert change.event.occurred_at == START


def test_a_database_that_is_down_is_told(desk):
    def down() -> None:
        raise Unavailable("The database is busy.")

    desk.log.others = [down]
    with pytest.raises(Unavailable):
        desk.resolve()


_DOINGS = st.sampled_from(["resolve", "reopen", "message"])
_PLACES = [
    (tenant, ConversationId(f"conv_{tenant[-1]}{number}"))
    for tenant in (ACME, RIVAL)
    for number in (1, 2)
]


@dataclass(frozen=True)
class Step:
    """Somebody does something, some hours later; others do what else before it is written."""

    do: str
    place: int
    hours: int
    others: list[str]


_STEPS = st.builds(
    Step,
    do=_DOINGS,
    place=st.integers(0, 3),
    hours=st.integers(0, 24 * 15),
    others=st.lists(_DOINGS, max_size=4),
)


@given(st.lists(_STEPS, max_size=25))
def test_at_all_times_exactly_what_is_resolved_now_is_billed(steps):
    desk = Desk()

    def does(doing: str, place: int) -> None:
        with suppress(NotFound):  # nobody has written there yet
            getattr(desk, doing)(*_PLACES[place])
        assert_the_bill_is_what_is_resolved(desk)

    for step in steps:
        desk.now += timedelta(hours=step.hours)
        desk.log.others = [partial(does, each, step.place) for each in step.others]
        does(step.do, step.place)
        desk.log.others = []


def assert_the_bill_is_what_is_resolved(desk: Desk) -> None:
    quantities: Counter[str] = Counter()
    costs: Counter[tuple[str, str]] = Counter()
    for event in desk.billed():
        quantities[event.tenant] += event.lines[0].quantity
        costs[event.tenant, event.cost.currency] += event.cost.micros
    resolved = [head for head in desk.heads() if head.status is CLOSED]
    standing: Counter[tuple[str, str]] = Counter()
    for head in resolved:
        assert head.resolution
        standing[head.tenant, head.resolution.cost.currency] += head.resolution.cost.micros
    assert +quantities == Counter(head.tenant for head in resolved)
    assert +costs == +standing
    credited = [event.corrects for event in desk.billed() if event.corrects]
    assert len(credited) == len(set(credited))
