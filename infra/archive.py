"""What finance keeps: a bucket in which a closed month can't change."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk.aws_iam import AnyPrincipal, Effect, Grant, PolicyStatement
from aws_cdk.aws_s3 import LifecycleRule
from constructs import Construct

from infra.parts.bucket import PrivateBucket, access_logs
from infra.parts.function import Function
from infra.stages import ArchiveLock, Stage

CLOSED = "closed/"
DRAFTS = "drafts/"

# Days. The product asks for ten years from the end of the month, which may be closed late.
_AT_LEAST = 5 * 365

_DRAFTS_KEPT = Duration.days(35)
_QUERY_RESULTS_KEPT = Duration.days(30)


class Archive(Construct):
    """Closed months, locked file by file, beside drafts, which expire.

    The bucket has no lock by default, which would hold drafts too: it refuses what comes to the
    closed months without one.
    """

    def __init__(self, scope: Construct, name: str, stage: Stage) -> None:
        super().__init__(scope, name)
        self._lock = stage.archive_lock
        logs = access_logs(self, stage)
        self.bucket = PrivateBucket(
            self,
            "Bucket",
            stage,
            lifecycle=LifecycleRule(
                prefix=DRAFTS,
                abort_incomplete_multipart_upload_after=Duration.days(1),
                expiration=_DRAFTS_KEPT,
                noncurrent_version_expiration=Duration.days(1),
            ),
            access_logs=logs,
            locked=self._lock is not None,
        )
        if self._lock:
            self._refuse_what_could_change(self._lock)
        if stage.finance_access:
            self.query_results = PrivateBucket(
                self,
                "QueryResults",
                stage,
                lifecycle=LifecycleRule(expiration=_QUERY_RESULTS_KEPT),
                access_logs=logs,
            )

    def written_by(self, function: Function) -> None:
        """Lets a function add files, lock them, and read them back; it can't delete any."""
        self._grant(function, "s3:GetObject", "s3:PutObject", "s3:PutObjectRetention")
        if self._lock:
            function.add_environment("ARCHIVE_LOCK_MODE", self._lock)

    def linked_by(self, function: Function) -> None:
        """Lets a function sign links by which a file can be downloaded, and read it."""
        self._grant(function, "s3:GetObject")

    def _grant(self, function: Function, *actions: str) -> None:
        """Narrower than the bucket's own grants, whose actions end in wildcards."""
        prefixes = (CLOSED, DRAFTS)
        Grant.add_to_principal(
            grantee=function,
            actions=list(actions),
            resource_arns=[self.bucket.arn_for_objects(f"{each}*") for each in prefixes],
        )
        function.add_environment("ARCHIVE_BUCKET", self.bucket.bucket_name)
        for prefix in prefixes:
            self.bucket.acknowledge_objects(
                function.execution_role,
                prefix,
                "The files of all months: their names are not known before they are written.",
            )
        # Without it S3 answers 403 where it would say 404.
        Grant.add_to_principal(
            grantee=function, actions=["s3:ListBucket"], resource_arns=[self.bucket.bucket_arn]
        )

    def _refuse_what_could_change(self, lock: ArchiveLock) -> None:
        """Said to everybody, whatever their role allows: a lock protects a version of a file, but
        not against being left out, nor against a newer version or a delete marker on top of it.

        What comes to the closed months must so be put in one request, lock and condition with it.
        """
        refusals: Mapping[str, tuple[str, Mapping[str, Any] | None]] = {
            "NotWithoutLock": (
                "s3:PutObject",
                {"StringNotEquals": {"s3:object-lock-mode": lock}},
            ),
            "NotForAShortTime": (
                "s3:PutObject",
                {"NumericLessThan": {"s3:object-lock-remaining-retention-days": _AT_LEAST}},
            ),
            "NotOver": ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}}),
            "NotHidden": ("s3:DeleteObject", None),
        }
        for sid, (action, conditions) in refusals.items():
            self.bucket.add_to_resource_policy(
                PolicyStatement(
                    sid=sid,
                    effect=Effect.DENY,
                    principals=[AnyPrincipal()],
                    actions=[action],
                    resources=[self.bucket.arn_for_objects(f"{CLOSED}*")],
                    conditions=conditions,
                )
            )
