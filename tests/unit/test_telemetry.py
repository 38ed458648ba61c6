"""What is logged and measured, and that nothing personal ever is."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk import telemetry
from helpdesk.metric_names import Dimension, Metric

_PERSONAL = "My name is Anna, reach me at anna@example.com"


def _lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_is_json_with_its_ids(capsys):
    telemetry.log("turn_settled", request="req_1", tenant="ten_1", conversation="conv_1", count=2)

    (line,) = _lines(capsys.readouterr().err)
    assert line["message"] == "turn_settled"
    facts = {name: line[name] for name in ("request", "tenant", "conversation", "count")}
    assert facts == {"request": "req_1", "tenant": "ten_1", "conversation": "conv_1", "count": 2}


@pytest.mark.parametrize(
    "facts",
    [
        {"turn": _PERSONAL},
        {"model": "anna@example.com"},
        {"status": [_PERSONAL]},
        {"question": "refund"},
        {"tenant": {"name": _PERSONAL}},
    ],
)
def test_what_is_no_declared_id_number_or_word_does_not_get_through(capsys, facts):
    telemetry.log("turn_settled", **facts)
    telemetry.measure({Metric.TURN_DURATION: 1}, **facts)

    written = capsys.readouterr()
    for line in _lines(written.err) + _lines(written.out):
        (name,) = facts
        assert line[name] == "[redacted]"
    assert "nna" not in written.err + written.out
    assert "refund" not in written.err + written.out


@given(st.text(min_size=1).filter(lambda text: any(c.isspace() or c in "@\"'" for c in text)))
def test_no_sentence_and_no_address_is_a_word(text):
    assert telemetry._clean({"turn": text}) == {"turn": "[redacted]"}


def test_a_crash_is_told_by_its_place_never_by_its_message(capsys):
    try:
        int(_PERSONAL)
    except ValueError as error:
        telemetry.log_crash(error, request="req_1")

    written = capsys.readouterr().err
    (line,) = _lines(written)
    assert (line["error_type"], line["request"]) == ("ValueError", "req_1")
    assert line["frames"][-1].startswith("test_telemetry.py:")
    assert "Anna" not in written


def test_a_metric_line_is_embedded_metric_format(capsys):
    telemetry.measure(
        {Metric.TIME_TO_FIRST_CHUNK: 0.25, Metric.TURN_COST: 1200},
        {Dimension.MODEL: "gpt-5-mini"},
        tenant="ten_1",
    )

    (line,) = _lines(capsys.readouterr().out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Helpdesk"
    assert directive["Dimensions"] == [["gen_ai.request.model"]]
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == {
        "gen_ai.client.operation.time_to_first_chunk": "Seconds",
        "helpdesk.turn.cost_micros": "Count",
    }
    assert line["gen_ai.client.operation.time_to_first_chunk"] == [0.25]
    assert line["tenant"] == "ten_1"


@pytest.mark.anyio
async def test_concurrent_turns_do_not_mix_their_facts(capsys):
    async def turn(number):
        await asyncio.sleep(0)
        await asyncio.to_thread(
            telemetry.measure, {Metric.TURN_COST: number}, turn=f"turn_{number}"
        )

    await asyncio.gather(*(turn(number) for number in range(50)))

    lines = _lines(capsys.readouterr().out)
    assert len(lines) == 50
    assert all(line["turn"] == f"turn_{int(line[Metric.TURN_COST.value][0])}" for line in lines)


@pytest.fixture
def anyio_backend():
    return "asyncio"
