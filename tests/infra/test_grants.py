"""Who may do what: each function its own work and nothing else."""

import json
import string

import pytest

from tests.infra.synthesis import CAPABILITIES, Synthesised

_READ = {"BatchGetItem", "GetItem", "Query"}
_WRITE = {"BatchWriteItem", "ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"}

_APPEND = _READ | {"PutItem"}
_METERED = {"Tenants": _READ, "Ledger": _APPEND, "Books": _APPEND}
"""What a function needs that writes usage events."""

TABLES = {
    "actions": {
        **_METERED,
        "Conversations": _READ | _WRITE,
        "Actions": _READ | _WRITE,
    },
    "approvals": {"Actions": _READ | _WRITE, "Conversations": _READ | _WRITE},
    "billing": {
        "Tenants": _READ,
        "Knowledge": _READ,
        "Ledger": _APPEND,
        "Books": _READ | _WRITE,
    },
    "delivery": {"Tenants": _READ, "Webhooks": _READ | _WRITE},
    "reconciler": {"Actions": _READ},
    "webhooks": {"Webhooks": _READ | _WRITE},
    "authorizer": {"Tenants": _READ},
    "api": {
        "Tenants": _READ | _WRITE,
        "Knowledge": _READ | _WRITE,
        "Conversations": _READ | _WRITE,
        "Ledger": _APPEND,
        "Books": _READ | _WRITE,
        "Webhooks": _READ | _WRITE,
        "Actions": _READ | _WRITE,
        "Idempotency": _READ | _WRITE,
    },
    "chat": {
        **_METERED,
        "Knowledge": _READ,
        "Conversations": _READ | _WRITE,
        "Actions": _READ | _WRITE,
    },
    "ingestion": {"Knowledge": _READ | _WRITE},
    "embedding": {**_METERED, "Knowledge": _READ | _WRITE},
    "metering": {"Books": _READ | _WRITE},
    "sweeper": {**_METERED, "Conversations": _READ | _WRITE},
}
_NAMES = (
    *("Tenants", "Knowledge", "Conversations", "Ledger", "Books", "Actions", "Webhooks"),
    "Idempotency",
)
_STREAM = {"DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"}
_ON_STREAM = {f"dynamodb:{verb}" for verb in _STREAM}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_tables(stage: Synthesised, capability: str) -> None:
    allowed: dict[str, set[str]] = {}
    for action, resource in stage.grants(capability):
        service, _, verb = action.partition(":")
        if service == "dynamodb" and verb not in _STREAM:
            (table,) = (name for name in _NAMES if f"{name}Table" in resource)
            allowed.setdefault(table, set()).add(verb)
    assert allowed == TABLES[capability]


def test_nobody_changes_a_usage_event(stage: Synthesised) -> None:
    """Whoever it is: of all policies none lets more than read and add."""
    allowed = {action for action, resource in stage.all_grants() if "LedgerTable" in resource}
    assert allowed - _ON_STREAM == {f"dynamodb:{verb}" for verb in _APPEND}


_SECRETS = {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}
_READERS = {
    "PlatformKeys": {"api", "authorizer", "chat"},
    "Signing": {"actions", "api", "authorizer", "chat", "delivery"},
    "ModelKeys": {"api", "chat", "embedding"},
}
"""Which functions know which secret."""


@pytest.mark.parametrize("secret", _READERS)
def test_secrets(stage: Synthesised, secret: str) -> None:
    reading = {
        capability
        for capability in CAPABILITIES
        for action, resource in stage.grants(capability)
        if action == "secretsmanager:GetSecretValue" and f"Secrets{secret}" in resource
    }
    assert reading == _READERS[secret]


def test_the_root_of_signatures_is_made_by_chance_alone(stage: Synthesised) -> None:
    (signing,) = stage.properties("AWS::SecretsManager::Secret", "SecretsSigning")
    made = signing["GenerateSecretString"]
    digits = set(string.ascii_lowercase + string.digits) - set(made["ExcludeCharacters"])
    assert digits == set("0123456789abcdef")
    assert made["ExcludeUppercase"]
    assert made["ExcludePunctuation"]
    assert made["RequireEachIncludedType"] is False
    assert (made["PasswordLength"], made["GenerateStringKey"]) == (64, "current")
    assert json.loads(made["SecretStringTemplate"]) == {}


_SEND = {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"}
_RECEIVE = {
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ReceiveMessage",
}
_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}

OTHERS = {
    "actions": {*_SECRETS, *_SEND, *_RECEIVE},
    "approvals": {"events:PutEvents"},
    "delivery": {*_SECRETS, *_SEND, *_RECEIVE},
    "reconciler": _SEND,
    "webhooks": {*_SEND, *_RECEIVE},
    "authorizer": _SECRETS,
    "api": {
        *(*_SECRETS, *_SEND, "kms:Decrypt", "kms:Encrypt"),
        *("s3:DeleteObject", "s3:PutObject", "s3:GetObject", "s3:ListBucket"),
    },
    "billing": {
        *(*_SEND, *_RECEIVE, "events:PutEvents"),
        *("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:PutObjectRetention"),
    },
    "chat": {*_SECRETS, *_SEND},
    "ingestion": {*_SEND, *_RECEIVE, "s3:GetObject", "s3:ListBucket"},
    "embedding": {*_SECRETS, *_RECEIVE},
    "metering": {*_SEND, "events:PutEvents"},
    "sweeper": set(),
}
_OBJECTS = {
    "Uploads": {"s3:PutObject", "s3:GetObject", "s3:DeleteObject"},
    "Archive": {"s3:PutObject", "s3:GetObject", "s3:PutObjectRetention"},
}
_PREFIXES = {"Uploads": {"uploads"}, "Archive": {"closed", "drafts"}}
_ARCHIVE = {
    "api": {"s3:GetObject", "s3:ListBucket"},
    "billing": {*_OBJECTS["Archive"], "s3:ListBucket"},
}
"""Nobody deletes what is archived."""
_INDEX = {"prod": "es", "dev": "aoss"}


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_everything_else(stage: Synthesised, capability: str) -> None:
    elsewhere = ("dynamodb", _INDEX.get(stage.name, "dynamodb"))
    allowed = {action for action, _ in stage.grants(capability)}
    others = {action for action in allowed if not action.startswith(elsewhere)}
    assert others == _LOGS | OTHERS[capability]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_only_what_searches_reaches_the_index(aws_stage: Synthesised, capability: str) -> None:
    index = _INDEX[aws_stage.name]
    reaches = any(action.startswith(f"{index}:") for action, _ in aws_stage.grants(capability))
    assert reaches == (capability in {"api", "chat", "embedding"})


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_no_wildcard_but_the_objects_under_a_prefix(stage: Synthesised, capability: str) -> None:
    for action, resource in stage.grants(capability):
        assert "*" not in action
        if "*" in resource:
            (bucket,) = (each for each in _OBJECTS if f"{each}Bucket" in resource)
            assert any(resource.endswith(f'/{prefix}/*"]]}}') for prefix in _PREFIXES[bucket])
            assert action in _OBJECTS[bucket]


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_who_reaches_the_archive(stage: Synthesised, capability: str) -> None:
    reached = {action for action, resource in stage.grants(capability) if "Archive" in resource}
    assert reached == _ARCHIVE.get(capability, set())


def test_chat_searches_and_does_not_write_the_index(prod: Synthesised, dev: Synthesised) -> None:
    searched = [each for each in prod.grants("chat") if each[0].startswith("es:")]
    assert [action for action, _ in searched] == ["es:ESHttpPost"]
    assert searched[0][1].endswith('/passages/_msearch"]]}')
    (policy,) = dev.properties("AWS::OpenSearchServerless::AccessPolicy", "ChatFunction")
    text = json.dumps(policy["Policy"])
    assert "aoss:ReadDocument" in text
    assert "aoss:WriteDocument" not in text


def test_the_uploads_queue_believes_this_account_alone(stage: Synthesised) -> None:
    (policy,) = [
        each["PolicyDocument"]
        for each in stage.properties("AWS::SQS::QueuePolicy", "UploadsArrivalsQueue")
    ]
    (allowed,) = [each for each in policy["Statement"] if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }
