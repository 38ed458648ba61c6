"""Somebody is told: promises to customers, failures, and work that waits."""

from helpdesk.metric_names import NAMESPACE, Metric
from infra.parts import metrics
from tests.infra.synthesis import CAPABILITIES, Synthesised


def test_every_alarm_reaches_the_topic(aws_stage: Synthesised) -> None:
    alarms = aws_stage.properties("AWS::CloudWatch::Alarm")
    assert alarms
    for alarm in alarms:
        assert len(alarm["AlarmActions"]) == 1
        assert alarm["AlarmDescription"]
        assert alarm["TreatMissingData"] == "notBreaching"


def test_every_function_and_every_dead_letter_raises_an_alarm(aws_stage: Synthesised) -> None:
    alarms = set(aws_stage.resources("AWS::CloudWatch::Alarm"))
    for capability in CAPABILITIES:
        assert any(each.startswith(f"{capability.capitalize()}FunctionErrors") for each in alarms)
    assert len([each for each in alarms if "NotEmpty" in each]) == 10


def test_waiting_work_raises_an_alarm(aws_stage: Synthesised) -> None:
    ages = [
        alarm
        for alarm in aws_stage.properties("AWS::CloudWatch::Alarm")
        if alarm.get("MetricName") == "ApproximateAgeOfOldestMessage"
    ]
    assert sorted(alarm["Threshold"] for alarm in ages) == [*[900] * 5, 7200]


def test_a_delivery_that_was_given_up_raises_an_alarm(aws_stage: Synthesised) -> None:
    (alarm,) = (
        alarm
        for alarm in aws_stage.properties("AWS::CloudWatch::Alarm")
        if alarm.get("MetricName") == Metric.DEAD_DELIVERIES.value
    )
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "delivery"}]
    assert (alarm["Threshold"], alarm["Statistic"]) == (0, "Sum")


def test_slow_answers_raise_an_alarm(aws_stage: Synthesised) -> None:
    percentiles = {
        alarm["MetricName"]: (alarm["ExtendedStatistic"], alarm["Threshold"])
        for alarm in aws_stage.properties("AWS::CloudWatch::Alarm")
        if "ExtendedStatistic" in alarm
    }
    assert percentiles == {
        Metric.TURN_FIRST_TOKEN.value: ("p95", 3),
        Metric.TURN_DURATION.value: ("p95", 20),
    }


def test_the_metrics_are_those_that_functions_write() -> None:
    written = {metric.value for metric in Metric}
    watched = {
        metrics.FIRST_TOKEN,
        metrics.TURN_DURATION,
        metrics.TURN_COST,
        metrics.RETRIEVAL_DURATION,
        metrics.TOKEN_USAGE,
        metrics.DEAD_DELIVERIES,
        metrics.USAGE_CONFLICTS,
        metrics.USAGE_DIFFERENCES,
        metrics.EXPORTS_FAILED,
        metrics.BILLING_DIFFERENCES,
    }
    assert watched <= written
    assert metrics.NAMESPACE == NAMESPACE


def test_operators_have_one_dashboard(aws_stage: Synthesised) -> None:
    assert len(aws_stage.resources("AWS::CloudWatch::Dashboard")) == 1


def test_an_emulator_has_nothing_to_watch(local: Synthesised) -> None:
    for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::SNS::Topic"):
        assert not local.resources(kind)
