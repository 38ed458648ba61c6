"""The tenants' bytes: a private bucket that tells a queue what has arrived."""

from typing import cast

from aws_cdk import Aws, Duration
from aws_cdk.aws_iam import Grant, ServicePrincipal
from aws_cdk.aws_s3 import CfnBucket, CorsRule, HttpMethods, LifecycleRule
from constructs import Construct

from infra.parts.bucket import PrivateBucket, access_logs
from infra.parts.function import Function
from infra.parts.monitoring import Monitoring
from infra.parts.queue import WorkQueue
from infra.stages import Stage

_PREFIX = "uploads/"


class Uploads(Construct):
    """Tenants send documents here by presigned requests; each one becomes a message."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        stage: Stage,
        monitoring: Monitoring,
        *,
        worker_timeout: Duration,
    ) -> None:
        super().__init__(scope, name)
        self.arrivals = WorkQueue(self, "Arrivals", monitoring, worker_timeout=worker_timeout)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            stage,
            lifecycle=LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
            cors=[_sent_from_any_page()],
            access_logs=access_logs(self, stage),
        )
        self._announce_arrivals()

    def ticketed_by(self, function: Function) -> None:
        """Lets a function sign upload requests, and delete what was uploaded."""
        self._grant(function, "s3:PutObject", "s3:DeleteObject")

    def read_by(self, function: Function) -> None:
        """Lets a function read what was uploaded, and learn that a file is not there."""
        self._grant(function, "s3:GetObject")
        # Without it S3 answers 403 where it would say 404.
        Grant.add_to_principal(
            grantee=function, actions=["s3:ListBucket"], resource_arns=[self.bucket.bucket_arn]
        )

    def _grant(self, function: Function, *actions: str) -> None:
        """Narrower than the bucket's own grants, whose actions end in wildcards."""
        Grant.add_to_principal(
            grantee=function,
            actions=list(actions),
            resource_arns=[self.bucket.arn_for_objects(f"{_PREFIX}*")],
        )
        function.add_environment("UPLOADS_BUCKET", self.bucket.bucket_name)
        self.bucket.acknowledge_objects(
            function.execution_role,
            _PREFIX,
            "The objects of all tenants: their names are not known before they come.",
        )

    def _announce_arrivals(self) -> None:
        """Said on the bucket itself: the L2's notification brings a function that may change any
        bucket. The queue believes this account's S3, so that neither waits for the other."""
        queue = self.arrivals.queue
        s3 = ServicePrincipal(
            "s3.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        )
        bucket = cast("CfnBucket", self.bucket.node.default_child)
        queue.grant_send_messages(s3).apply_before(bucket)
        prefix = CfnBucket.FilterRuleProperty(name="prefix", value=_PREFIX)
        bucket.notification_configuration = CfnBucket.NotificationConfigurationProperty(
            queue_configurations=[
                CfnBucket.QueueConfigurationProperty(
                    event="s3:ObjectCreated:*",
                    queue=queue.queue_arn,
                    filter=CfnBucket.NotificationFilterProperty(
                        s3_key=CfnBucket.S3KeyFilterProperty(rules=[prefix])
                    ),
                )
            ]
        )


def _sent_from_any_page() -> CorsRule:
    """Browsers of any tenant's staff send files; what they may send is in the signature."""
    return CorsRule(
        allowed_methods=[HttpMethods.PUT],
        allowed_origins=["*"],
        allowed_headers=["*"],
        max_age=3600,
    )
