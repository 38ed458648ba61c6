"""The archive in S3: what is kept can't be changed or deleted by anybody until its day has come."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from helpdesk.adapters.aws_errors import aws_errors, code_of
from helpdesk.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

LockMode = Literal["", "GOVERNANCE", "COMPLIANCE"]
"""Who may shorten a lock: nobody (compliance), or whoever has a permission for it (governance).
Empty where the bucket has no Object Lock: then nothing but the writers' manners keeps a file."""

_WHAT = "The archive"
_MISSING = ("404", "NoSuchKey", "NotFound")
_EXISTS = "PreconditionFailed"
_RACE = "ConditionalRequestConflict"
_DIGEST = "sha256"


class S3Archive:
    """One bucket; the client must sign by version 4, for links."""

    def __init__(self, client: "S3Client", bucket: str, lock_mode: LockMode = "") -> None:
        self._client = client
        self._bucket = bucket
        self._lock_mode = lock_mode

    def put(self, key: str, content: Path, content_type: str, keep_until: datetime | None) -> None:
        """Stores a file; until ``keep_until`` nobody can change or delete it.

        Again with the same content it changes nothing. Raises Conflict when a kept file has other
        content, and Unavailable.
        """
        with content.open("rb") as body:
            digest = hashlib.file_digest(body, _DIGEST)
            body.seek(0)
            request: dict[str, Any] = {
                "Bucket": self._bucket,
                "Key": key,
                "Body": body,
                "ContentType": content_type,
                # S3 compares: what was damaged on its way is not stored.
                "ChecksumAlgorithm": "SHA256",
                "ChecksumSHA256": base64.b64encode(digest.digest()).decode(),
                "Metadata": {_DIGEST: digest.hexdigest()},
            }
            if keep_until is None:
                with aws_errors(_WHAT):
                    self._client.put_object(**request)
            elif not self._is_new(request | self._lock(keep_until)):
                self._compare(key, digest.hexdigest())

    @contextmanager
    def fetched(self, key: str) -> Iterator[Path]:
        """A copy of a file on disk, for as long as the context lasts. Raises NotFound."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            with aws_errors(_WHAT), path.open("wb") as copy:
                try:
                    answer = self._client.get_object(Bucket=self._bucket, Key=key)
                except ClientError as error:
                    if code_of(error) in _MISSING:
                        raise NotFound("There is no such file in the archive.") from error
                    raise
                for chunk in answer["Body"].iter_chunks(1024 * 1024):
                    copy.write(chunk)
            yield path

    def link(self, key: str, filename: str, valid_for: timedelta) -> str:
        """A URL by which anybody can download a file for a while, under a name of its own."""
        object_ = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentDisposition": f'attachment; filename="{filename}"',
        }
        with aws_errors(_WHAT):
            return self._client.generate_presigned_url(
                "get_object", Params=object_, ExpiresIn=int(valid_for.total_seconds())
            )

    def _is_new(self, request: dict[str, Any]) -> bool:
        with aws_errors(_WHAT):
            try:
                self._client.put_object(**request, IfNoneMatch="*")
            except ClientError as error:
                if code_of(error) == _EXISTS:
                    return False
                if code_of(error) == _RACE:
                    raise Unavailable(f"{_WHAT} is busy. Try again.") from error
                raise
        return True

    def _compare(self, key: str, digest: str) -> None:
        with aws_errors(_WHAT):
            there = self._client.head_object(Bucket=self._bucket, Key=key)
        if there["Metadata"].get(_DIGEST) != digest:
            raise Conflict(f"The archive keeps another file as {key}.")

    def _lock(self, keep_until: datetime) -> dict[str, Any]:
        if not self._lock_mode:
            return {}
        return {"ObjectLockMode": self._lock_mode, "ObjectLockRetainUntilDate": keep_until}
