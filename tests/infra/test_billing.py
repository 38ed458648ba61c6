"""Whole months: who works on them and when, what is locked, and whom finance hears from."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from helpdesk.adapters.eventbridge_bus import PLATFORM_SOURCE
from helpdesk.billing.announcements import (
    PERIOD_CLOSED,
    PERIOD_DIFFERS,
    period_closed,
    period_differs,
)
from helpdesk.billing.exports import ExportId
from helpdesk.billing.reconciliation import Reconciliation
from helpdesk.billing.statements import PeriodClose
from helpdesk.metric_names import Metric
from infra.stages import STAGES
from tests.infra.synthesis import Synthesised, synthesised

SCHEDULES = {
    "check": "rate(1 hour)",
    "storage": "cron(20 0 * * ? *)",
    "draft": "cron(0 5 * * ? *)",
    "close": "cron(30 6 * * ? *)",
}
LOCKS = {"prod": "COMPLIANCE", "dev": "GOVERNANCE"}


def test_jobs_are_due_by_schedule(stage: Synthesised) -> None:
    due = {}
    for rule in stage.properties("AWS::Events::Rule", "Billing"):
        if "ScheduleExpression" in rule:
            (target,) = rule["Targets"]
            assert "BillingMonthsQueue" in json.dumps(target["Arn"])
            due[json.loads(target["Input"])["job"]] = rule["ScheduleExpression"]
    assert due == SCHEDULES


def test_a_job_has_all_the_time_and_room_of_a_function(stage: Synthesised) -> None:
    function = stage.function("billing")
    assert function["Timeout"] == 900
    assert 1769 <= function["MemorySize"] <= 3008
    assert function["EphemeralStorage"] == {"Size": 4096}
    (source,) = (
        each
        for each in stage.properties("AWS::Lambda::EventSourceMapping")
        if "BillingMonthsQueue" in json.dumps(each["EventSourceArn"])
    )
    assert (source["BatchSize"], source["ScalingConfig"]) == (1, {"MaximumConcurrency": 2})


def test_a_closed_month_can_not_change(aws_stage: Synthesised) -> None:
    lock = LOCKS[aws_stage.name]
    (bucket,) = aws_stage.properties("AWS::S3::Bucket", "ArchiveBucket")
    assert bucket["ObjectLockEnabled"] is True
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    refused = {
        statement["Sid"]: statement
        for statement in _policy(aws_stage, "ArchiveBucketPolicy")
        if "Sid" in statement
    }
    for statement in refused.values():
        assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
        assert json.dumps(statement["Resource"]).endswith('"/closed/*"]]}')
    assert {sid: (each["Action"], each.get("Condition")) for sid, each in refused.items()} == {
        "NotWithoutLock": (
            "s3:PutObject",
            {"StringNotEquals": {"s3:object-lock-mode": lock}},
        ),
        "NotForAShortTime": (
            "s3:PutObject",
            {"NumericLessThan": {"s3:object-lock-remaining-retention-days": 1825}},
        ),
        "NotOver": ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}}),
        "NotHidden": ("s3:DeleteObject", None),
    }
    variables = aws_stage.function("billing")["Environment"]["Variables"]
    assert variables["ARCHIVE_LOCK_MODE"] == lock


def test_only_drafts_expire(stage: Synthesised) -> None:
    (bucket,) = stage.properties("AWS::S3::Bucket", "ArchiveBucket")
    (rule,) = bucket["LifecycleConfiguration"]["Rules"]
    assert rule["Prefix"] == "drafts/"
    assert "ObjectLockConfiguration" not in bucket  # which would hold drafts, too


def test_who_sells_is_said_by_the_stage(stage: Synthesised) -> None:
    variables = stage.function("billing")["Environment"]["Variables"]
    values = STAGES[stage.name]
    assert variables["SELLER_NAME"] == values.seller_name
    assert variables["SELLER_ADDRESS"] == values.seller_address
    assert variables["SELLER_TAX_ID"] == values.seller_tax_id


NEWS = {PERIOD_CLOSED: "is closed", PERIOD_DIFFERS: "does not add up"}


def test_finance_is_told_in_words(aws_stage: Synthesised) -> None:
    told = {}
    for rule in aws_stage.properties("AWS::Events::Rule", "BillingNews"):
        (kind,) = rule["EventPattern"]["detail-type"]
        assert rule["EventPattern"]["source"] == [PLATFORM_SOURCE]
        assert "DomainEventsBus" in json.dumps(rule["EventBusName"])
        (target,) = rule["Targets"]
        assert "BillingNewsTopic" in json.dumps(target["Arn"])
        assert "BillingNewsGivenUp" in json.dumps(target["DeadLetterConfig"])
        told[kind] = target["InputTransformer"]["InputTemplate"]
    assert set(told) == set(NEWS)
    for kind, words in NEWS.items():
        assert f"<detail-data-period> {words}" in told[kind]


def test_news_quote_what_the_events_say(aws_stage: Synthesised) -> None:
    at = datetime(2026, 12, 1, 7, tzinfo=UTC)
    close = PeriodClose("2026-11", ExportId("exp_1"), at, "0" * 64, 1, "closed", "a", "b", at, "c")
    said = [period_closed(close), period_differs(Reconciliation("2026-11", at, True, {}))]
    events = {event.type: event.model_dump(mode="json") for event in said}
    for rule in aws_stage.properties("AWS::Events::Rule", "BillingNews"):
        (kind,) = rule["EventPattern"]["detail-type"]
        for path in rule["Targets"][0]["InputTransformer"]["InputPathsMap"].values():
            value: Any = {"detail": events[kind]}
            for name in path.removeprefix("$.").split("."):
                value = value[name]
            assert value is not None


def test_news_travel_sealed(aws_stage: Synthesised) -> None:
    (topic,) = aws_stage.properties("AWS::SNS::Topic", "BillingNews")
    assert "BillingNewsKey" in json.dumps(topic["KmsMasterKeyId"])
    (key,) = aws_stage.properties("AWS::KMS::Key", "BillingNewsKey")
    users = [each["Principal"] for each in key["KeyPolicy"]["Statement"]]
    assert {"Service": "events.amazonaws.com"} in users
    (policy,) = aws_stage.properties("AWS::SNS::TopicPolicy", "BillingNews")
    denied = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Deny"]
    assert [each["Condition"] for each in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]


def test_an_address_is_subscribed_where_the_stage_names_one(
    dev: Synthesised, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("named")
    named = synthesised("dev", folder, finance_email="finance@example.com")
    (subscription,) = named.properties("AWS::SNS::Subscription")
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "finance@example.com")
    assert not dev.properties("AWS::SNS::Subscription")


def test_money_that_does_not_add_up_raises_an_alarm(aws_stage: Synthesised) -> None:
    alarms = {
        name[: -len("12345678")]: alarm["Properties"]
        for name, alarm in aws_stage.resources("AWS::CloudWatch::Alarm").items()
        if name.startswith("Billing")
    }
    for name, (metric, service) in {
        "BillingUsageDifference": (Metric.USAGE_DIFFERENCES, "billing"),
        "BillingUsageConflict": (Metric.USAGE_CONFLICTS, "api"),
        "BillingExportFailed": (Metric.EXPORTS_FAILED, "billing"),
        "BillingPeriodDiffers": (Metric.BILLING_DIFFERENCES, "billing"),
    }.items():
        assert alarms[name]["MetricName"] == metric.value
        assert alarms[name]["Dimensions"] == [{"Name": "service", "Value": service}]
        assert (alarms[name]["Threshold"], alarms[name]["Statistic"]) == (0, "Sum")


def test_an_emulator_has_neither_lock_nor_news(local: Synthesised) -> None:
    (bucket,) = local.properties("AWS::S3::Bucket", "ArchiveBucket")
    assert "ObjectLockEnabled" not in bucket
    assert "ARCHIVE_LOCK_MODE" not in local.function("billing")["Environment"]["Variables"]
    for kind in ("AWS::SNS::Topic", "AWS::Glue::Database", "AWS::Athena::WorkGroup"):
        assert not local.resources(kind)


def _policy(stage: Synthesised, prefix: str) -> Any:
    (policy,) = stage.properties("AWS::S3::BucketPolicy", prefix)
    return policy["PolicyDocument"]["Statement"]
