"""A bucket that nobody but us reads, over TLS only."""

from collections.abc import Sequence

from aws_cdk import Duration, Stack
from aws_cdk.aws_s3 import (
    BlockPublicAccess,
    Bucket,
    BucketEncryption,
    CorsRule,
    IBucket,
    LifecycleRule,
    ObjectOwnership,
)
from constructs import Construct, IConstruct

from infra.parts.acknowledged import acknowledge
from infra.stages import Stage

_ACCESS_LOGS_KEPT = Duration.days(90)


class PrivateBucket(Bucket):
    """No public access, no ACLs, encrypted; emptied of what a rule says."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        stage: Stage,
        *,
        lifecycle: LifecycleRule,
        cors: Sequence[CorsRule] = (),
        access_logs: IBucket | None = None,
        locked: bool = False,
    ) -> None:
        """``locked``: all versions are kept, and an object may be locked against everybody."""
        super().__init__(
            scope,
            name,
            block_public_access=BlockPublicAccess.BLOCK_ALL,
            cors=list(cors) or None,
            encryption=BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[lifecycle],
            minimum_tls_version=1.2,
            object_lock_enabled=locked or None,
            object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=stage.removal_policy,
            server_access_logs_bucket=access_logs,
            versioned=locked or None,
        )

    def acknowledge_objects(self, role: IConstruct, prefix: str, reason: str) -> None:
        """Says why a role of another stack may reach whatever lies under a prefix."""
        stack = Stack.of(self)
        bucket = stack.resolve(stack.export_value(self.bucket_arn))["Fn::ImportValue"]
        acknowledge(role, f"IAM5[Resource::{bucket}/{prefix}*]", reason)


def access_logs(scope: Construct, stage: Stage) -> PrivateBucket | None:
    """Where a capability's buckets log who reads them, on the stages that keep such logs."""
    if not stage.access_logs:
        return None
    kept = LifecycleRule(expiration=_ACCESS_LOGS_KEPT)
    bucket = PrivateBucket(scope, "AccessLogs", stage, lifecycle=kept)
    acknowledge(bucket, "S1", "It holds the access logs: logging itself would never end.")
    return bucket
