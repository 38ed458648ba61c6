"""The functions: platform, limits, environment, logs."""

import os
from dataclasses import fields

import pytest

from helpdesk.settings import Settings
from infra.stages import ROOT
from infra.web_adapter import WEB_ADAPTER_SETTINGS
from tests.infra.synthesis import CAPABILITIES, Synthesised

_SETTINGS = {field.name.upper() for field in fields(Settings)}
_TABLES = {"KNOWLEDGE_TABLE", "CONVERSATIONS_TABLE"}
_EMBEDDING = {"EMBEDDING_URL", "EMBEDDING_MODEL", "EMBEDDING_DIMENSIONS", "MODEL_KEYS_SECRET"}
_METERED = {"TENANTS_TABLE", "LEDGER_TABLE", "BOOKS_TABLE"}
_REPLIES = {"IDEMPOTENCY_TABLE", "REPLIES_KEY_ID"}
_WHO_ASKS = {"PLATFORM_KEYS_SECRET", "SIGNING_SECRET"}
_MODEL = {"MODEL_URL", "MODEL_NAME", "MODEL_KEYS_SECRET"}

_ACTING = {"ACTIONS_TABLE", "ACTION_QUEUE_URL", "PRIVATE_ENDPOINTS"}
USED = {
    "actions": {
        *(*_METERED, "CONVERSATIONS_TABLE", "ACTIONS_TABLE"),
        *("SIGNING_SECRET", "PRIVATE_ENDPOINTS", "ACTION_QUEUE_URL"),
    },
    "approvals": {"ACTIONS_TABLE", "CONVERSATIONS_TABLE", "EVENT_BUS_NAME"},
    "billing": {
        *(*_METERED, "KNOWLEDGE_TABLE", "BILLING_QUEUE_URL", "EVENT_BUS_NAME"),
        *("ARCHIVE_BUCKET", "SELLER_NAME", "SELLER_ADDRESS", "SELLER_TAX_ID"),
    },
    "delivery": {
        *("TENANTS_TABLE", "WEBHOOKS_TABLE", "DELIVERY_QUEUE_URL"),
        *("SIGNING_SECRET", "PRIVATE_ENDPOINTS"),
    },
    "reconciler": {"ACTIONS_TABLE", "ACTION_QUEUE_URL"},
    "webhooks": {"WEBHOOKS_TABLE", "DELIVERY_QUEUE_URL"},
    "authorizer": {"TENANTS_TABLE", *_WHO_ASKS},
    "api": {
        *(*_METERED, *_TABLES, *_EMBEDDING, *_REPLIES, *_WHO_ASKS, "SIGN_UP", "UPLOADS_BUCKET"),
        *("WEBHOOKS_TABLE", "DELIVERY_QUEUE_URL", *_ACTING),
        *("ARCHIVE_BUCKET", "BILLING_QUEUE_URL"),
    },
    "chat": {*_METERED, *_TABLES, *_EMBEDDING, *_MODEL, *_WHO_ASKS, *_ACTING},
    "ingestion": {"KNOWLEDGE_TABLE", "UPLOADS_BUCKET", "EMBEDDING_QUEUE_URL"},
    "embedding": {*_METERED, "KNOWLEDGE_TABLE", *_EMBEDDING},
    "metering": {"BOOKS_TABLE", "EVENT_BUS_NAME"},
    "sweeper": {*_METERED, "CONVERSATIONS_TABLE", "MODEL_NAME"},
}
_SEARCHING = {"api", "chat", "embedding"}


def test_every_function_folder_is_deployed(stage: Synthesised) -> None:
    assert len(stage.resources("AWS::Lambda::Function")) == len(CAPABILITIES)
    folders = {each.name for each in (ROOT / "functions").iterdir() if each.name != "__pycache__"}
    assert {each for each in folders if "." not in each} == set(CAPABILITIES)


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_it_is_told_what_it_uses_and_no_more(stage: Synthesised, capability: str) -> None:
    variables = set(stage.function(capability)["Environment"]["Variables"])
    index = set()
    if capability in _SEARCHING:
        on_aws = {"OPENSEARCH_URL", "OPENSEARCH_SERVICE"}
        index = {"INDEX_FOLDER"} if stage.name == "local" else on_aws
    locks = stage.name != "local" and capability == "billing"
    lock = {"ARCHIVE_LOCK_MODE"} if locks else set()
    assert variables & _SETTINGS == {"STAGE", *USED[capability], *index, *lock}
    foreign = {each for each in variables - _SETTINGS if not each.startswith("AWS_L")}
    assert foreign == {"POWERTOOLS_SERVICE_NAME"}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_it_runs_on_arm_and_python_3_13(stage: Synthesised, capability: str) -> None:
    function = stage.function(capability)
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["Timeout"] <= (900 if capability == "billing" else 150)
    assert function["MemorySize"] >= 512


def test_logs_do_not_stay_for_ever(stage: Synthesised) -> None:
    days = {group["RetentionInDays"] for group in stage.properties("AWS::Logs::LogGroup")}
    assert days == {{"prod": 180, "dev": 30, "local": 7}[stage.name]}
    for capability in CAPABILITIES:
        assert stage.function(capability)["LoggingConfig"]["LogGroup"]["Ref"].startswith(
            f"{capability.capitalize()}Log"
        )


def test_chat_is_streamed_by_the_web_adapter(aws_stage: Synthesised) -> None:
    chat = aws_stage.function("chat")
    assert chat["Handler"] == "run.sh"
    variables = chat["Environment"]["Variables"]
    assert variables["AWS_LWA_INVOKE_MODE"] == "response_stream"
    assert variables.items() >= WEB_ADAPTER_SETTINGS.items()
    assert os.access(ROOT / "functions" / "chat" / "run.sh", os.X_OK)
    (adapter,) = (layer["Fn::Join"][1] for layer in chat["Layers"] if "Fn::Join" in layer)
    assert adapter[:2] == ["arn:aws:lambda:", {"Ref": "AWS::Region"}]
    assert adapter[2].endswith(":layer:LambdaAdapterLayerArm64:30")


def test_the_emulator_needs_no_web_adapter(local: Synthesised) -> None:
    assert "AWS_LAMBDA_EXEC_WRAPPER" not in local.function("chat")["Environment"]["Variables"]


def test_one_capability_can_not_starve_another(prod: Synthesised, local: Synthesised) -> None:
    assert prod.function("chat")["ReservedConcurrentExecutions"] == 400
    assert prod.function("api")["ReservedConcurrentExecutions"] == 200
    assert "ReservedConcurrentExecutions" not in local.function("chat")


def test_the_sweeper_runs_every_five_minutes(stage: Synthesised) -> None:
    (rule,) = stage.properties("AWS::Events::Rule", "Sweeper")
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
