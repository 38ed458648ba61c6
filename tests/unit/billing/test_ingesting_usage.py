"""Facts from outside are recorded once, at our prices; corrections take back what is left."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk.billing.correcting import Unit
from helpdesk.billing.ingesting_usage import CLOCKS_DIFFER_BY, Fact, FactLine, IngestingUsage
from helpdesk.clock import period_of
from helpdesk.errors import NotFound, Unavailable, ValidationFailed
from helpdesk.ids import EventId, TenantId
from helpdesk.money import Money
from helpdesk.pricing import Price, PriceBook
from helpdesk.tenant_tariffs import TenantTariffs
from tests.unit.billing.closing_world import (
    FERN,
    NOVEMBER,
    OAK,
    OCTOBER,
    PRICES,
    SEPTEMBER_20,
    Platform,
    a_tenant,
)
from tests.unit.billing.meddling import Meddled

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)
OCTOBER_5 = datetime(2026, 10, 5, tzinfo=UTC)
TOKENS, RESOLUTIONS = Unit("input_tokens", "gpt"), Unit("resolutions")


@pytest.fixture
def platform():
    platform = Platform(a_tenant(FERN), a_tenant(OAK))
    platform.now = NOON
    return platform


def ingesting(platform, conflicts=None, prices=PRICES, ledger=None):
    told = [] if conflicts is None else conflicts
    return IngestingUsage(
        ledger or platform.ledger,
        platform.tenants,
        TenantTariffs(platform.tenants, prices),
        lambda: platform.now,
        told.append,
    )


def a_fact(name="f1", lines=((RESOLUTIONS, 2), (TOKENS, 1_000_000)), **changes):
    fact = Fact(
        source="/crm",
        id=name,
        tenant=FERN,
        type="resolution",
        subject="case-1",
        occurred_at=NOON,
        lines=tuple(FactLine(unit, quantity) for unit, quantity in lines),
    )
    return replace(fact, **changes)


def a_correction(of, name="c1", lines=((RESOLUTIONS, -1),), **changes):
    fields = {"type": "correction", "corrects": of.id, "reason": "A mistake."}
    return a_fact(name, lines, **(fields | changes))


def written(platform, fact):
    (event,) = platform.ledger.get_many(fact.tenant, [(f"{fact.occurred_at:%Y-%m}", fact.event)])
    return event


# Facts


def test_a_fact_is_recorded_at_the_prices_of_its_time(platform):
    assert ingesting(platform).ingest(a_fact()) == "recorded"

    event = written(platform, a_fact())
    assert event.id.startswith("evt_ext_")
    assert (event.plan, event.price_version, event.subject) == ("pro@1", "v1", "case-1")
    assert [line.cost for line in event.lines] == [Money(2 * 990_000), Money(1_000_003)]


def test_again_it_changes_nothing_even_when_prices_have_changed(platform):
    ingesting(platform).ingest(a_fact())
    first = written(platform, a_fact())
    dearer = PriceBook("v2", {}, Price(9_000_000, 9_000_000))
    conflicts: list[Fact] = []

    assert ingesting(platform, conflicts, dearer).ingest(a_fact()) == "repeated"

    assert written(platform, a_fact()) == first
    assert conflicts == []


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "case-2"},
        {"type": "turn"},
        {"occurred_at": NOON - timedelta(days=40)},
        {"occurred_at": NOON + timedelta(milliseconds=1)},
        {"lines": ((RESOLUTIONS, 3),)},
        {"reason": "Another."},
    ],
)
def test_the_same_id_with_other_content_is_a_conflict_and_told(platform, changes):
    ingesting(platform).ingest(a_fact())
    first = written(platform, a_fact())
    conflicts: list[Fact] = []
    other = a_fact(**changes)

    assert ingesting(platform, conflicts).ingest(other) == "conflict"

    assert written(platform, a_fact()) == first
    assert conflicts == [other]
    november = [
        each for s in range(8) for p in platform.ledger.pages(FERN, NOVEMBER, s) for each in p
    ]
    assert november == [first]


def test_an_id_is_of_its_source_and_of_its_tenant(platform):
    ingest = ingesting(platform).ingest

    assert ingest(a_fact()) == "recorded"
    assert ingest(a_fact(source="/erp")) == "recorded"
    assert ingest(a_fact(tenant=OAK)) == "recorded"
    # neither by where the one ends and the other begins
    assert ingest(a_fact(source="/crmf", name="1")) == "recorded"


def test_it_may_be_late_but_neither_of_the_future_nor_from_before_the_tenant_was_there(platform):
    ingest = ingesting(platform).ingest

    assert ingest(a_fact("a", occurred_at=NOON + CLOCKS_DIFFER_BY)) == "recorded"
    assert ingest(a_fact("b", occurred_at=SEPTEMBER_20)) == "recorded"
    for wrong in (NOON + CLOCKS_DIFFER_BY + timedelta(milliseconds=1), SEPTEMBER_20 - timedelta(1)):
        with pytest.raises(ValidationFailed, match="time"):
            ingest(a_fact("c", occurred_at=wrong))


def test_nobodys_usage_is_not_recorded(platform):
    with pytest.raises(NotFound):
        ingesting(platform).ingest(a_fact(tenant=TenantId("ten_none")))


# Corrections


def test_a_correction_takes_back_at_the_prices_of_then(platform):
    event = platform.use(FERN, "a", OCTOBER_5, resolutions=3, tokens=1_500_000)
    dearer = PriceBook("v2", {}, Price(9_000_000, 9_000_000))
    fact = a_correction(event, lines=((RESOLUTIONS, -1), (TOKENS, -500_000)))

    assert ingesting(platform, prices=dearer).ingest(fact) == "recorded"

    correction = written(platform, fact)
    assert (correction.corrects, correction.reason) == (event.id, "A mistake.")
    assert (correction.month, period_of(correction.occurred_at)) == (OCTOBER, NOVEMBER)
    assert (correction.plan, correction.price_version) == (event.plan, "v1")
    # 1.0000030 for a million, half of it, half up
    assert [line.cost for line in correction.lines] == [Money(-990_000), Money(-500_002)]


def test_a_correction_that_says_it_is_older_than_what_it_corrects_is_of_its_own_month(platform):
    event = platform.use(FERN, "a", NOON)
    fact = a_correction(event, occurred_at=OCTOBER_5)

    assert ingesting(platform).ingest(fact) == "recorded"

    assert written(platform, fact).month == OCTOBER


def test_no_more_than_is_left_is_taken_back(platform):
    event = platform.use(FERN, "a", NOON, resolutions=3)
    ingest = ingesting(platform).ingest

    assert ingest(a_correction(event, "c1", ((RESOLUTIONS, -2),))) == "recorded"
    with pytest.raises(ValidationFailed) as refused:
        ingest(a_correction(event, "c2", ((RESOLUTIONS, -2),)))
    assert refused.value.errors[0].field == "data.lines"
    assert ingest(a_correction(event, "c3", ((RESOLUTIONS, -1),))) == "recorded"
    with pytest.raises(ValidationFailed, match="lines"):
        ingest(a_correction(event, "c4", ((RESOLUTIONS, -1),)))


def test_a_correction_again_changes_nothing_though_nothing_is_left(platform):
    event = platform.use(FERN, "a", NOON, resolutions=1)
    fact = a_correction(event)

    assert ingesting(platform).ingest(fact) == "recorded"
    assert ingesting(platform).ingest(fact) == "repeated"
    assert ingesting(platform).ingest(replace(fact, reason="Another.")) == "conflict"


@given(
    st.integers(1, 10**7),
    st.lists(st.integers(1, 10**7), max_size=6),
    st.sampled_from([1, 3, 700_001, 10**6]),
)
@example(tokens=1_000_000, parts=[300_000, 300_000, 300_000], price=2)
@example(tokens=1_000_000, parts=[400_000, 400_000], price=1)
def test_all_of_it_taken_back_in_parts_costs_nothing(tokens, parts, price):
    platform = Platform(a_tenant(FERN))
    platform.now = NOON
    ingest = ingesting(platform, prices=PriceBook("v1", {}, Price(price, price))).ingest
    ingest(whole := a_fact(lines=((TOKENS, tokens),)))
    event, left = written(platform, whole), tokens
    taken = 0
    for number, part in enumerate([*parts, tokens]):
        if left and (quantity := min(part, left)):
            fact = a_correction(event, f"{number}", ((TOKENS, -quantity),))
            assert ingest(fact) == "recorded"
            cost = written(platform, fact).cost.micros
            assert cost <= 0
            left, taken = left - quantity, taken - cost

    assert left == 0
    assert taken == event.cost.micros


@pytest.mark.parametrize(
    "unit", [Unit("actions"), Unit("input_tokens", "other"), Unit("output_tokens", "gpt")]
)
def test_only_what_the_event_has_is_taken_back(platform, unit):
    event = platform.use(FERN, "a", NOON)

    with pytest.raises(ValidationFailed, match="lines"):
        ingesting(platform).ingest(a_correction(event, lines=((unit, -1),)))


def test_what_can_not_be_corrected(platform):
    event = platform.use(FERN, "a", NOON)
    ingest = ingesting(platform).ingest
    first = a_correction(event)
    ingest(first)
    theirs = platform.use(OAK, "theirs", NOON)
    resolution = replace(event, id=EventId("evt_resolution"), type="resolution")
    platform.ledger.record(resolution)

    for wrong in (written(platform, first), theirs, resolution, replace(event, id="evt_none")):
        with pytest.raises(ValidationFailed, match=r"data\.corrects"):
            ingest(a_correction(wrong, f"of {wrong.id}"))


def test_a_resolution_from_outside_can_be_corrected(platform):
    ingesting(platform).ingest(a_fact())

    assert ingesting(platform).ingest(a_correction(written(platform, a_fact()))) == "recorded"


def test_of_two_corrections_at_once_the_later_sees_the_other(platform):
    event = platform.use(FERN, "a", NOON, resolutions=1)
    others = iter([a_correction(event, "other")])

    def meddle():
        for other in others:
            ingesting(platform).ingest(other)

    class Between(Meddled):
        """Another correction comes when the earlier ones have just been read."""

        def corrections(self, *arguments):
            found = platform.ledger.corrections(*arguments)
            meddle()
            return found

    crowded = ingesting(platform, ledger=Between(platform.ledger, lambda: None))
    with pytest.raises(ValidationFailed, match="lines"):
        crowded.ingest(a_correction(event, "mine"))

    assert len(platform.ledger.corrections(FERN, event.id)) == 1


def test_the_same_correction_twice_at_once_is_one(platform):
    event = platform.use(FERN, "a", NOON, resolutions=1)
    fact = a_correction(event)
    steps = iter(range(1_000))

    def meddle():
        if next(steps) == 4:  # it was not found, and then it is there
            ingesting(platform).ingest(fact)

    crowded = ingesting(platform, ledger=Meddled(platform.ledger, meddle))

    assert crowded.ingest(fact) in ("recorded", "repeated")
    assert len(platform.ledger.corrections(FERN, event.id)) == 1


def test_corrections_without_end_are_no_answer(platform):
    event = platform.use(FERN, "a", NOON, resolutions=1_000)
    numbers = iter(range(1_000))

    class Crowded(Meddled):
        def corrections(self, *arguments):
            found = platform.ledger.corrections(*arguments)
            ingesting(platform).ingest(a_correction(event, f"other {next(numbers)}"))
            return found

    with pytest.raises(Unavailable):
        ingesting(platform, ledger=Crowded(platform.ledger, lambda: None)).ingest(
            a_correction(event, "mine")
        )


def test_a_correction_of_a_closed_month_is_an_adjustment_of_this_one(platform):
    event = platform.use(FERN, "a", OCTOBER_5, resolutions=1)
    platform.close("2026-09")
    platform.close(OCTOBER)
    platform.now = NOON
    fact = a_correction(event, occurred_at=OCTOBER_5)

    assert ingesting(platform).ingest(fact) == "recorded"
    platform.post(written(platform, fact))

    assert [late.event for late in platform.books.late_into(FERN, NOVEMBER)] == [fact.event]
