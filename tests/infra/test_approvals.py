"""The process around a colleague's decision: what starts it, how it goes on, and when it fails."""

import json
from typing import Any

import pytest

from infra.stages import STAGES
from tests.infra.synthesis import Synthesised

TASKS = {"Plan": "plan", "Remind": "remind", "Expire": "expire"}


@pytest.fixture
def process(stage: Synthesised) -> Any:
    return _definition(stage, "ApprovalsProcess")


@pytest.fixture
def begin(stage: Synthesised) -> Any:
    return _definition(stage, "ApprovalsBegin")


def test_it_begins_when_a_colleague_is_asked(stage: Synthesised) -> None:
    from helpdesk.adapters.eventbridge_bus import SOURCE

    (rule,) = stage.properties("AWS::Events::Rule", "Approvals")
    assert rule["EventPattern"] == {
        "source": [SOURCE],
        "detail-type": ["action.awaiting_confirmation"],
        "detail": {"data": {"asked_of": ["agent"]}},
    }
    assert "DomainEventsBus" in json.dumps(rule["EventBusName"])
    (target,) = rule["Targets"]
    assert "ApprovalsBegin" in json.dumps(target["Arn"])
    assert "ApprovalsGivenUp" in json.dumps(target["DeadLetterConfig"])
    given = target["InputTransformer"]
    assert sorted(given["InputPathsMap"].values()) == ["$.detail.subject", "$.detail.tenant"]
    hours = STAGES[stage.name].remind_after_hours
    seconds = f"[{','.join(str(3600 * each) for each in hours)}]"
    assert f'"remind_after_seconds":{seconds}' in given["InputTemplate"]


def test_it_bears_the_actions_name_and_begins_once(begin: Any) -> None:
    start = begin["States"][begin["StartAt"]]
    assert start["Resource"] == "arn:PARTITION:states:::states:startExecution"
    assert start["Parameters"]["Name.$"] == "$.action"
    assert start["Parameters"]["Input.$"] == "$"
    known = "StepFunctions.ExecutionAlreadyExistsException"
    assert known in start["Retry"][0]["ErrorEquals"]
    assert start["Retry"][0]["MaxAttempts"] == 0
    assert known in start["Catch"][0]["ErrorEquals"]
    assert begin["States"][start["Catch"][0]["Next"]]["Type"] == "Succeed"


def test_each_wait_leads_to_its_task_until_there_is_none(process: Any) -> None:
    states = process["States"]
    assert process["StartAt"] == "Plan"
    assert {states[name]["Next"] for name in TASKS} == {"Decided?"}
    choice = states["Decided?"]
    for rule in choice["Choices"]:
        wait = states[rule["Next"]]
        assert (wait["Type"], wait["TimestampPath"]) == ("Wait", "$.next_at")
        assert TASKS[wait["Next"]] == rule["StringEquals"]
    assert states[choice["Default"]]["Type"] == "Succeed"


def test_a_task_is_tried_for_long_and_then_somebody_is_told(process: Any, begin: Any) -> None:
    tasks = [process["States"][name] for name in TASKS]
    for states, task in (
        *((process["States"], task) for task in tasks),
        (begin["States"], begin["States"][begin["StartAt"]]),
    ):
        retry, catch = task["Retry"][-1], task["Catch"][-1]
        assert retry["ErrorEquals"] == catch["ErrorEquals"] == ["States.ALL"]
        assert retry["BackoffRate"] > 1
        assert retry["MaxAttempts"] >= 10
        give_up = states[catch["Next"]]
        assert give_up["Resource"].endswith(":states:::sqs:sendMessage")
        assert states[give_up["Next"]]["Type"] == "Fail"


def test_machines_log_what_went_wrong_and_no_data(stage: Synthesised) -> None:
    machines = stage.properties("AWS::StepFunctions::StateMachine")
    assert len(machines) == 2
    for machine in machines:
        logging = machine["LoggingConfiguration"]
        assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
        assert machine.get("StateMachineType", "STANDARD") == "STANDARD"
        assert "TracingConfiguration" not in machine


def test_a_process_that_fails_raises_an_alarm(aws_stage: Synthesised) -> None:
    alarms = [
        alarm
        for alarm in aws_stage.properties("AWS::CloudWatch::Alarm")
        if alarm.get("MetricName") == "ExecutionsFailed"
    ]
    assert len(alarms) == 2


def _definition(stage: Synthesised, prefix: str) -> Any:
    (machine,) = stage.properties("AWS::StepFunctions::StateMachine", prefix)
    _, parts = machine["DefinitionString"]["Fn::Join"]
    return json.loads("".join(each if isinstance(each, str) else "PARTITION" for each in parts))
