"""A bucket that nobody but us reads, over TLS only."""

from collections.abc import Sequence

from aws_cdk.aws_s3 import (
    BlockPublicAccess,
    Bucket,
    BucketEncryption,
    CorsRule,
    IBucket,
    LifecycleRule,
    ObjectOwnership,
)
from constructs import Construct

from infra.stages import Stage


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
    ) -> None:
        super().__init__(
            scope,
            name,
            block_public_access=BlockPublicAccess.BLOCK_ALL,
            cors=list(cors) or None,
            encryption=BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            lifecycle_rules=[lifecycle],
            minimum_tls_version=1.2,
            object_ownership=ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=stage.removal_policy,
            server_access_logs_bucket=access_logs,
        )
