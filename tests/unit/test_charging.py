"""A turn's price adds up, and its event always has the same id, time and lines."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.charging import NO_MODEL, charge, charge_for_action, estimated_tokens
from helpdesk.conversations import Turn, TurnStatus
from helpdesk.ids import ActionId, ConversationId, TenantId, TurnId
from helpdesk.model import TokenUsage
from helpdesk.money import Money
from helpdesk.plans import MeterTerms, Plan, Tier
from helpdesk.pricing import Price, PriceBook
from helpdesk.tariffs import Tariff
from tests.contract.action_examples import a_proposal
from tests.fakes.tariffs import flat_tariffs, one_price

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TURN = Turn(
    TenantId("ten_1"), ConversationId("conv_1"), TurnId("turn_9"), TurnStatus.RUNNING, "?", NOW
)
TOKENS = st.integers(0, 10_000_000)
PRICES = st.integers(0, 100_000_000)
TARIFF = flat_tariffs(one_price(1_000_000, 2_000_000)).at(TURN.tenant, NOW)


@given(TOKENS, TOKENS, TOKENS, PRICES, PRICES, PRICES)
def test_the_lines_add_up_to_the_cost(used, cached, answered, in_micros, out_micros, cached_micros):
    book = PriceBook("v1", {}, Price(in_micros, out_micros, cached_micros))
    tariff = flat_tariffs(book).at(TURN.tenant, NOW)
    tokens = TokenUsage("m", used, answered, cached)

    charged = charge(TURN, tokens, tariff, opens_conversation=False)

    costs = [line.cost.micros for line in charged.event.lines]
    assert sum(costs) == charged.usage.cost.micros == charged.event.cost.micros
    assert min(costs) >= 0


@given(TOKENS, TOKENS)
def test_tokens_are_billed_as_new_or_as_cached_and_never_as_both(used, cached):
    tokens = TokenUsage("m", used, 0, cached)

    event = charge(TURN, tokens, TARIFF, opens_conversation=False).event

    billed = {line.meter: line.quantity for line in event.lines}
    assert billed.get("input_tokens", 0) + billed.get("cached_tokens", 0) == used
    assert billed.get("cached_tokens", 0) == min(used, cached)


def test_cached_tokens_cost_their_own_price():
    book = PriceBook("v1", {}, Price(1_000_000, 2_000_000, 100_000))
    tariff = flat_tariffs(book).at(TURN.tenant, NOW)

    charged = charge(TURN, TokenUsage("m", 1_000, 0, 900), tariff, opens_conversation=False)

    costs = {line.meter: line.cost.micros for line in charged.event.lines}
    assert costs == {"input_tokens": 100, "cached_tokens": 90, "turns": 0}
    assert (charged.usage.input_tokens, charged.usage.cost) == (1_000, Money(190))


def test_the_event_bills_the_turn_once_for_ever():
    used = TokenUsage("m", 10, 20)
    charged = charge(TURN, used, TARIFF, opens_conversation=True, estimated=True)
    event = charged.event
    assert (event.id, event.subject, event.tenant) == ("evt_9", "turn_9", "ten_1")
    assert (event.type, event.occurred_at, event.conversation) == ("turn", NOW, "conv_1")
    assert {line.meter: line.quantity for line in event.lines} == {
        "conversations": 1,
        "turns": 1,
        "input_tokens": 10,
        "output_tokens": 20,
    }
    assert event.estimated
    assert charged.usage.estimated
    assert (charged.usage.cost.micros, event.price_version) == (50, "v1")
    assert event.plan == "standard@1"


def test_turns_and_conversations_cost_what_the_plan_says():
    meters = (
        MeterTerms("turns", (Tier(None, 1_000),)),
        MeterTerms("conversations", (Tier(10, 30_000), Tier(None, 20_000))),
    )
    tariff = Tariff(Plan("each", 2, "Each turn", "EUR", meters=meters), one_price(0, 0))

    charged = charge(TURN, NO_MODEL, tariff, opens_conversation=True)

    assert (charged.usage.cost, charged.event.plan) == (Money(31_000, "EUR"), "each@2")


@pytest.mark.parametrize("opens", [True, False])
def test_a_turn_without_a_model_costs_nothing_and_has_no_line_of_tokens(opens):
    charged = charge(TURN, NO_MODEL, TARIFF, opens_conversation=opens)

    meters = {line.meter for line in charged.event.lines}
    assert meters == ({"conversations", "turns"} if opens else {"turns"})
    assert charged.usage.cost.micros == 0


def test_an_action_is_billed_by_when_it_was_done():
    done_at = NOW + timedelta(hours=1)
    action = replace(a_proposal(TURN.tenant, at=NOW).after, updated_at=done_at)

    event = charge_for_action(action, flat_tariffs())

    assert event is not None
    assert (event.type, event.subject, event.occurred_at) == ("action", action.id, done_at)
    assert [(line.meter, line.quantity) for line in event.lines] == [("actions", 1)]


def test_an_action_that_only_reads_and_a_step_cost_nothing():
    action = a_proposal(TURN.tenant, at=NOW).after
    reading = replace(action, tool=replace(action.tool, effect="read"))

    assert charge_for_action(reading, flat_tariffs()) is None
    assert charge_for_action(replace(action, parent=ActionId("act_1")), flat_tariffs()) is None


def test_tokens_are_estimated_high():
    assert [estimated_tokens(characters) for characters in (0, 1, 4, 5)] == [0, 1, 1, 2]
