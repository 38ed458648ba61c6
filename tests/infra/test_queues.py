"""Queues and streams: nothing is lost in silence."""

import json
from typing import Any

from tests.infra.synthesis import Synthesised

WORKERS = {
    "Arrivals": "ingestion",
    "Jobs": "embedding",
    "Happened": "webhooks",
    "Lanes": "delivery",
    "Work": "actions",
    "Months": "billing",
}
IN_ORDER = {"Lanes", "Work"}
"""The queues in which a group is worked on by one worker at a time."""


def test_a_message_is_tried_three_times_and_then_kept(stage: Synthesised) -> None:
    queues = stage.resources("AWS::SQS::Queue")
    for logical_id, queue in _work_queues(stage).items():
        redrive = queue["RedrivePolicy"]
        assert redrive["maxReceiveCount"] == 3
        dead_letters = queues[redrive["deadLetterTargetArn"]["Fn::GetAtt"][0]]["Properties"]
        assert dead_letters["MessageRetentionPeriod"] == 14 * 24 * 3600, logical_id


def test_messages_stay_hidden_for_six_timeouts(stage: Synthesised) -> None:
    for logical_id, queue in _work_queues(stage).items():
        (worker,) = (worker for name, worker in WORKERS.items() if name in logical_id)
        assert queue["VisibilityTimeout"] >= 6 * stage.function(worker)["Timeout"]


def test_queues_are_encrypted_and_take_tls_alone(stage: Synthesised) -> None:
    queues = stage.resources("AWS::SQS::Queue")
    assert all(queue["Properties"]["SqsManagedSseEnabled"] for queue in queues.values())
    safe = {
        target["Ref"]
        for policy in stage.properties("AWS::SQS::QueuePolicy")
        for target in policy["Queues"]
        if {"Bool": {"aws:SecureTransport": "false"}}
        in [each.get("Condition") for each in policy["PolicyDocument"]["Statement"]]
    }
    assert safe == set(queues)


def test_workers_name_the_messages_that_failed(stage: Synthesised) -> None:
    queue_sources = [each for each in _event_sources(stage) if "ScalingConfig" in each]
    assert len(queue_sources) == len(WORKERS)
    for source in queue_sources:
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_what_is_done_in_order_is_queued_in_order(stage: Synthesised) -> None:
    queues = stage.resources("AWS::SQS::Queue")
    for logical_id, queue in _work_queues(stage).items():
        fifo = any(name in logical_id for name in IN_ORDER)
        dead_letters = queues[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
        assert queue.get("FifoQueue", False) == fifo
        assert dead_letters["Properties"].get("FifoQueue", False) == fifo


def test_a_receiver_that_hangs_delays_nobody_elses_messages(stage: Synthesised) -> None:
    slow = [
        source
        for source in _event_sources(stage)
        if any(f"{name}Queue" in json.dumps(source["EventSourceArn"]) for name in IN_ORDER)
    ]
    assert [source["BatchSize"] for source in slow] == [1, 1]


def test_webhooks_hear_of_every_event_of_a_tenant_and_look_each_minute(stage: Synthesised) -> None:
    happens, every = (
        rule
        for prefix in ("WebhooksHappens", "WebhooksEvery")
        for rule in stage.properties("AWS::Events::Rule", prefix)
    )
    from helpdesk.adapters.eventbridge_bus import SOURCE

    assert happens["EventPattern"] == {"source": [SOURCE]}
    assert "DomainEventsBus" in json.dumps(happens["EventBusName"])
    assert "WebhooksHappenedQueue" in json.dumps(happens["Targets"])
    assert every["ScheduleExpression"] == "rate(1 minute)"


def test_a_record_that_fails_does_not_hold_up_its_stream(stage: Synthesised) -> None:
    streams = [each for each in _event_sources(stage) if "StartingPosition" in each]
    assert len(streams) == 5
    for source in streams:
        metered = "Metering" in json.dumps(source["FunctionName"])
        assert source.get("BisectBatchOnFunctionError", False) == metered
        assert source["MaximumRetryAttempts"] == 10
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert source["StartingPosition"] == "TRIM_HORIZON"
        assert "GivenUp" in json.dumps(source["DestinationConfig"])


def test_streams_leave_out_what_is_no_event(stage: Synthesised) -> None:
    from helpdesk.adapters.dynamodb.item_keys import (
        ACTIONS,
        CONVERSATIONS,
        DOCUMENTS,
        OUTBOX,
        TURNS,
    )

    patterns = [
        json.loads(rule["Pattern"])["dynamodb"]
        for source in _event_sources(stage)
        for rule in source.get("FilterCriteria", {"Filters": []})["Filters"]
    ]
    prefixes = [pattern["Keys"]["sk"]["S"][0]["prefix"] for pattern in patterns]
    assert sorted(prefixes) == sorted(
        [ACTIONS, CONVERSATIONS, CONVERSATIONS, DOCUMENTS, OUTBOX, TURNS]
    )


def test_of_conversations_only_the_closing_and_the_opening_is_told(stage: Synthesised) -> None:
    from helpdesk.adapters.dynamodb.item_keys import CONVERSATIONS
    from helpdesk.conversations import ConversationStatus

    (filters,) = (
        [json.loads(rule["Pattern"])["dynamodb"] for rule in source["FilterCriteria"]["Filters"]]
        for source in _event_sources(stage)
        if CONVERSATIONS in json.dumps(source.get("FilterCriteria", {}))
    )
    images = [
        {name: each for name, each in pattern.items() if name != "Keys"}
        for pattern in filters
        if CONVERSATIONS in json.dumps(pattern["Keys"])
    ]
    closed = {"status": {"S": [ConversationStatus.CLOSED.value]}}
    assert images == [{"NewImage": closed}, {"OldImage": closed}]


def _event_sources(stage: Synthesised) -> list[Any]:
    return stage.properties("AWS::Lambda::EventSourceMapping")


def _work_queues(stage: Synthesised) -> dict[str, Any]:
    found = {
        logical_id: queue["Properties"]
        for logical_id, queue in stage.resources("AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue["Properties"]
    }
    assert len(found) == len(WORKERS)
    return found
