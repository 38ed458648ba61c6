"""What happens behind the Lambda Web Adapter when the reader, or the app, goes away."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import psutil

from local import processes
from tests.web_adapter.conftest import Started
from tests.web_adapter.environment import ExecutionEnvironment, task_with
from tests.web_adapter.rest_events import rest_event
from tests.web_adapter.runtime_api import PATIENCE_SECONDS, Ended
from tests.web_adapter.test_streaming import BEARER, QUESTION


def test_a_turn_outlives_its_reader_and_can_be_resumed(own: ExecutionEnvironment) -> None:
    invocation = own.api.invoke(QUESTION)
    assert invocation.began().what == "response"
    with own.dictation.answer() as model:
        model.say("Two ")
        came = invocation.until('{"text":"Two "}\n\n')
        own.api.asked.clear()
        own.api.break_off(invocation)
        assert own.api.asked.wait(PATIENCE_SECONDS)
        model.say("days.")
    resumed = own.api.invoke(events_after(came))
    assert resumed.began().what == "response"
    assert resumed.prelude()["statusCode"] == 200
    assert "days." in resumed.until("event: done\n")
    assert resumed.rest()[1].whole


def test_an_app_that_dies_in_an_answer_ends_the_response_without_done(
    own: ExecutionEnvironment,
) -> None:
    invocation = own.api.invoke(QUESTION)
    assert invocation.began().what == "response"
    with own.dictation.answer() as model:
        model.say("Two ")
        invocation.until('{"text":"Two "}\n\n')
        os.kill(own.app.pid, signal.SIGKILL)
        rest, ended = invocation.rest()
    # The adapter puts its error where the body was; to a reader of events it is no event.
    assert rest.startswith("Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\n")
    assert "event:" not in rest
    assert "data:" not in rest
    assert ended == Ended(whole=True)


def test_an_app_that_has_died_is_reported_for_the_next_invocation(
    own: ExecutionEnvironment,
) -> None:
    os.kill(own.app.pid, signal.SIGKILL)
    until_ended(own.app)
    own.api.asked.clear()
    invocation = own.api.invoke(QUESTION)
    assert invocation.began().what == "error"
    assert "Connect" in invocation.rest()[0]
    assert own.api.asked.wait(PATIENCE_SECONDS)


def test_an_app_that_crashes_at_the_start_ends_and_gets_no_request(
    started: Started, tmp_path: Path
) -> None:
    task_root = task_with('raise RuntimeError("no settings")', tmp_path / "task")
    with started(task_root) as environment:
        until_ended(environment.app)
        assert "RuntimeError: no settings" in processes.log_end(environment.app_log)
        assert environment.adapter.running
        assert not environment.api.asked.is_set()
        environment.stop()
        assert not environment.adapter.running


def events_after(stream: str) -> dict[str, Any]:
    """The event in which a reader asks for what comes behind this."""
    conversation, turn = (
        re.findall(f'"{name}_id":"(.*?)"', stream)[0] for name in ("conversation", "turn")
    )
    headers = {**BEARER, "Last-Event-ID": re.findall(r"^id: (.*)$", stream, re.MULTILINE)[-1]}
    path = f"/v1/conversations/{conversation}/turns/{turn}/events"
    return rest_event("GET", path, headers=headers)


def until_ended(process: processes.Recorded) -> None:
    """Waits until a child of ours has ended."""
    psutil.Process(process.pid).wait(PATIENCE_SECONDS)
