"""Uploads in S3: tenants send their bytes by presigned requests, past our functions."""

import math
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from helpdesk.adapters.aws_errors import aws_errors, code_of
from helpdesk.clock import Clock, utc_now
from helpdesk.documents import Document, Upload, object_key
from helpdesk.errors import NotFound, Unavailable
from helpdesk.ids import DocumentId, TenantId

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_WHAT = "The document store"
_MISSING = ("404", "NoSuchKey", "NotFound")
_DELETED_AT_ONCE = 1000
_ONLY_NEW = "*"


class S3Uploads:
    """One bucket; the client must sign by version 4, which puts the headers under the signature."""

    def __init__(self, client: "S3Client", bucket: str, now: Clock = utc_now) -> None:
        self._client = client
        self._bucket = bucket
        self._now = now

    def ticket(self, document: Document, expires_at: datetime) -> Upload:
        """How the tenant sends the bytes, of just this type and just once.

        A second file under the same ticket would be read while the first is: the passages of two
        contents would make one version.
        The length is not under the signature: a file that is larger than was said is to end as
        ``failed`` with a reason, rather than as the store's own refusal.
        """
        left = expires_at - self._now()
        object_ = {
            "Bucket": self._bucket,
            "Key": object_key(document.tenant, document.id, document.version),
            "ContentType": document.content_type,
            "IfNoneMatch": _ONLY_NEW,
        }
        with aws_errors(_WHAT):
            url = self._client.generate_presigned_url(
                "put_object", Params=object_, ExpiresIn=max(1, math.floor(left.total_seconds()))
            )
        headers = {"Content-Type": document.content_type, "If-None-Match": _ONLY_NEW}
        return Upload("PUT", url, headers, expires_at)

    def size_bytes(self, tenant: TenantId, document: DocumentId, version: int) -> int:
        """How many bytes were sent. Raises NotFound."""
        with aws_errors(_WHAT):
            try:
                answer = self._client.head_object(**self._place(tenant, document, version))
            except ClientError as error:
                _raise_if_missing(error)
                raise
        return answer["ContentLength"]

    def read(self, tenant: TenantId, document: DocumentId, version: int) -> bytes:
        """The bytes that were sent. Raises NotFound."""
        with aws_errors(_WHAT):
            try:
                answer = self._client.get_object(**self._place(tenant, document, version))
            except ClientError as error:
                _raise_if_missing(error)
                raise
            return answer["Body"].read()

    def delete(self, tenant: TenantId, document: DocumentId, versions: Collection[int]) -> None:
        """Deletes the bytes of these versions. Raises Unavailable when some are still there."""
        objects: Any = [{"Key": object_key(tenant, document, version)} for version in versions]
        for start in range(0, len(objects), _DELETED_AT_ONCE):
            batch = objects[start : start + _DELETED_AT_ONCE]
            with aws_errors(_WHAT):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": batch, "Quiet": True}
                )
            if answer.get("Errors"):
                raise Unavailable(f"{_WHAT} did not delete all. Try again.")

    def _place(self, tenant: TenantId, document: DocumentId, version: int) -> Any:
        return {"Bucket": self._bucket, "Key": object_key(tenant, document, version)}


def _raise_if_missing(error: ClientError) -> None:
    if code_of(error) in _MISSING:
        raise NotFound("The bytes of this document are not there.") from error
