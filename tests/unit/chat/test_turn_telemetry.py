"""What is logged and measured of a turn: numbers and ids, and never a word of it."""

import json
from typing import Any

import pytest

from helpdesk.model import TokenUsage
from helpdesk.turn_telemetry import TurnTelemetry
from tests.fakes.language_model import ScriptedModel, down
from tests.unit.chat.world import World, ask

pytestmark = pytest.mark.anyio


async def written(
    world: World, capfd: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The log line and the metrics of an answer to the world's question."""
    await world.hear(ask())
    (turn,) = world.witness.turns
    (took,) = world.witness.measurements
    TurnTelemetry().settled(turn, took)
    out, err = capfd.readouterr()
    assert not {"parcel", "Parcel", "Two days", "Fern"} & set((out + err).split())
    (log,) = map(json.loads, err.splitlines())
    return log, list(map(json.loads, out.splitlines()))


async def test_a_turn_with_a_model(capfd):
    world = World(ScriptedModel("Two days.", TokenUsage("answering-1", 70, 5)))
    log, metrics = await written(world, capfd)
    assert log["message"] == "turn_finished"
    assert log["tenant"] == "ten_1"
    assert (log["cost_micros"], log["estimated"], log["passages"]) == (80, False, 2)
    names = {
        metric["Name"]
        for line in metrics
        for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    }
    assert names == {
        "gen_ai.client.operation.time_to_first_chunk",
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "helpdesk.turn.first_token",
        "helpdesk.turn.duration",
        "helpdesk.turn.cost_micros",
        "helpdesk.retrieval.duration",
        "helpdesk.answer_cache.uses",
    }


async def test_a_turn_that_failed_before_the_model_spoke(capfd):
    log, metrics = await written(World(ScriptedModel(down())), capfd)
    assert (log["finish_reason"], log["code"], log["model"]) == ("error", "unavailable", "none")
    assert len(metrics) == 1
