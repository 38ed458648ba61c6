"""A turn's price adds up, and its event always has the same id."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from helpdesk.charging import NO_MODEL, charge, estimated_tokens
from helpdesk.conversations import Turn, TurnStatus
from helpdesk.ids import ConversationId, TenantId, TurnId
from helpdesk.model import TokenUsage
from helpdesk.pricing import Price, PriceBook

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TURN = Turn(
    TenantId("ten_1"), ConversationId("conv_1"), TurnId("turn_9"), TurnStatus.RUNNING, "?", NOW
)
TOKENS = st.integers(0, 10_000_000)
PRICES = st.integers(0, 100_000_000)


@given(TOKENS, TOKENS, PRICES, PRICES)
def test_the_quantities_add_up_to_the_cost(used, answered, input_micros, output_micros):
    book = PriceBook("v1", {}, Price(input_micros, output_micros))
    charged = charge(TURN, TokenUsage("m", used, answered), book, NOW, opens_conversation=False)
    costs = [quantity.cost.micros for quantity in charged.event.quantities]
    assert sum(costs) == charged.usage.cost.micros
    assert min(costs) >= 0


def test_the_event_bills_the_turn_once_for_ever():
    book = PriceBook("v1", {}, Price(1_000_000, 2_000_000))
    used = TokenUsage("m", 10, 20)
    charged = charge(TURN, used, book, NOW, opens_conversation=True, estimated=True)
    event = charged.event
    assert (event.id, event.subject, event.tenant) == ("evt_9", "turn_9", "ten_1")
    assert {each.meter: each.quantity for each in event.quantities} == {
        "conversations": 1,
        "turns": 1,
        "input_tokens": 10,
        "output_tokens": 20,
    }
    assert event.estimated
    assert charged.usage.estimated
    assert (charged.usage.cost.micros, event.price_version) == (50, "v1")


def test_a_turn_without_a_model_costs_nothing():
    book = PriceBook("v1", {}, Price(1_000_000, 2_000_000))
    charged = charge(TURN, NO_MODEL, book, NOW, opens_conversation=False)
    assert charged.usage.cost.micros == 0


def test_tokens_are_estimated_high():
    assert [estimated_tokens(characters) for characters in (0, 1, 4, 5)] == [0, 1, 1, 2]
