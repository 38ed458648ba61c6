"""What is kept: nothing may be lost by a deployment, and nobody else may read it."""

import pytest

from tests.infra.synthesis import Synthesised

# A changed id means that a deployment replaces the resource, and what it holds.
STATEFUL = {
    "AWS::DynamoDB::GlobalTable": {
        "TablesTenantsTable0890C252",
        "TablesKnowledgeTableBEBC6E5B",
        "TablesConversationsTable6321493B",
        "TablesLedgerTable2EF16325",
        "TablesBooksTable1DE563A9",
        "IdempotentRepliesIdempotencyTable5A9DA312",
        "TablesWebhooksTable705F311A",
        "TablesActionsTable047113DD",
    },
    "AWS::S3::Bucket": {"UploadsBucketC4B27CC7", "ArchiveBucket49F1AC64"},
    "AWS::SecretsManager::Secret": {
        "SecretsPlatformKeysA777D051",
        "SecretsModelKeysA2E31B8E",
    },
    "AWS::KMS::Key": {"IdempotentRepliesSealF28A5C6E"},
    "AWS::Events::EventBus": {"DomainEventsBus42B15453"},
}
TABLES = "AWS::DynamoDB::GlobalTable"


@pytest.mark.parametrize("kind", STATEFUL)
def test_stateful_resources_keep_their_ids(stage: Synthesised, kind: str) -> None:
    assert STATEFUL[kind] <= set(stage.resources(kind))
    assert not STATEFUL[kind] - set(stage.data["Resources"])


def test_prod_keeps_what_it_holds(prod: Synthesised) -> None:
    for kind in (*STATEFUL, "AWS::OpenSearchService::Domain"):
        if kind == "AWS::Events::EventBus":
            continue
        for resource in prod.resources(kind).values():
            assert resource["DeletionPolicy"] == "Retain", resource
            assert resource["UpdateReplacePolicy"] == "Retain", resource
    for table in prod.properties(TABLES):
        assert [replica["DeletionProtectionEnabled"] for replica in table["Replicas"]] == [True]


def test_dev_leaves_nothing_behind(dev: Synthesised) -> None:
    assert {table["DeletionPolicy"] for table in dev.resources(TABLES).values()} == {"Delete"}
    for table in dev.properties(TABLES):
        assert not any(replica["DeletionProtectionEnabled"] for replica in table["Replicas"])


def test_tables_are_on_demand_and_can_be_restored(stage: Synthesised) -> None:
    tables = stage.properties(TABLES)
    assert len(tables) == 8
    for table in tables:
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        for replica in table["Replicas"]:
            recovery = replica["PointInTimeRecoverySpecification"]
            assert recovery["PointInTimeRecoveryEnabled"] is True


def test_only_replies_and_the_delivery_log_expire(stage: Synthesised) -> None:
    expiring = {
        logical_id[:-8]: resource["Properties"]["TimeToLiveSpecification"]["AttributeName"]
        for logical_id, resource in stage.resources(TABLES).items()
        if "TimeToLiveSpecification" in resource["Properties"]
    }
    assert expiring == {
        "TablesConversationsTable": "expires_at",
        "TablesWebhooksTable": "expires_at",
        "IdempotentRepliesIdempotencyTable": "expiration",
    }


def test_open_turns_are_a_sparse_index(stage: Synthesised) -> None:
    (conversations,) = stage.properties(TABLES, "TablesConversations")
    (index,) = conversations["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "open-turns"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["open_shard", "opened_at"]


def test_due_lanes_and_actions_are_sparse_indexes(stage: Synthesised) -> None:
    indexes = {
        index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]]
        for prefix in ("TablesWebhooks", "TablesActions")
        for table in stage.properties(TABLES, prefix)
        for index in table["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "due-lanes": ["lane_shard", "due_at"],
        "due-actions": ["due_shard", "look_at"],
    }


def test_buckets_are_private(stage: Synthesised) -> None:
    for bucket in stage.properties("AWS::S3::Bucket"):
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["LifecycleConfiguration"]["Rules"]
    for policy in stage.properties("AWS::S3::BucketPolicy"):
        statements = policy["PolicyDocument"]["Statement"]
        denied = [each.get("Condition") for each in statements if each["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def test_an_upload_becomes_a_message(stage: Synthesised) -> None:
    (bucket,) = stage.properties("AWS::S3::Bucket", "UploadsBucket")
    (notice,) = bucket["NotificationConfiguration"]["QueueConfigurations"]
    assert notice["Event"] == "s3:ObjectCreated:*"
    (rule,) = notice["Filter"]["S3Key"]["Rules"]
    assert rule == {"Name": "prefix", "Value": "uploads/"}
    assert bucket["CorsConfiguration"]["CorsRules"][0]["AllowedMethods"] == ["PUT"]


def test_events_are_archived_where_the_stage_says_so(prod: Synthesised, local: Synthesised) -> None:
    (archive,) = prod.properties("AWS::Events::Archive")
    assert archive["RetentionDays"] == 365
    assert not local.properties("AWS::Events::Archive")


def test_each_stage_has_its_kind_of_index(
    prod: Synthesised, dev: Synthesised, local: Synthesised
) -> None:
    (domain,) = prod.properties("AWS::OpenSearchService::Domain")
    assert domain["DomainEndpointOptions"]["EnforceHTTPS"] is True
    assert domain["EncryptionAtRestOptions"]["Enabled"] is True
    (group,) = dev.properties("AWS::OpenSearchServerless::CollectionGroup")
    assert group["Generation"] == "NEXTGEN"
    assert "CapacityLimits" not in group  # from zero
    for kind in ("AWS::OpenSearchService::Domain", "AWS::OpenSearchServerless::Collection"):
        assert not local.properties(kind)
