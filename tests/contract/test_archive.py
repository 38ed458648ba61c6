"""The archive: what is kept stays as it is, what is not can be made again, and links lead to it."""

import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx2
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpdesk.adapters.s3_archive import S3Archive
from helpdesk.clock import utc_now
from helpdesk.errors import Conflict, NotFound
from helpdesk.ids import new_id
from tests.fakes.archive import MemoryArchive

KEEP_UNTIL = utc_now().replace(microsecond=0) + timedelta(days=1)
JSON = "application/json"


def a_bucket(cloud):
    """A bucket with Object Lock, as infra makes it."""
    name = new_id("archive", utc_now()).replace("_", "-")
    cloud.client("s3").create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


@pytest.fixture
def archive(cloud):
    return (
        S3Archive(cloud.client("s3"), a_bucket(cloud), "COMPLIANCE") if cloud else MemoryArchive()
    )


@pytest.fixture
def put(archive, tmp_path):
    def put(key, content, keep_until=KEEP_UNTIL):
        path = tmp_path / "content"
        path.write_bytes(content)
        archive.put(key, path, JSON, keep_until)

    return put


def content_of(archive, key):
    with archive.fetched(key) as path:
        return path.read_bytes()


def test_what_was_put_is_fetched(archive, put):
    put("closed/chain/2026-11.json", b"Zur\xc3\xbcck")

    assert content_of(archive, "closed/chain/2026-11.json") == b"Zur\xc3\xbcck"


def test_a_copy_is_gone_after_its_context(archive, put):
    put("a", b"one")

    with archive.fetched("a") as path:
        assert path.exists()
    assert not path.exists()


def test_what_is_not_there_is_not_found(archive):
    with pytest.raises(NotFound), archive.fetched("nothing"):
        pass


def test_a_kept_file_may_come_again_but_not_with_other_content(archive, put):
    put("a", b"one")
    put("a", b"one")

    with pytest.raises(Conflict):
        put("a", b"two")

    assert content_of(archive, "a") == b"one"


def test_a_file_that_is_not_kept_is_replaced(archive, put):
    put("a", b"one", keep_until=None)
    put("a", b"two", keep_until=None)

    assert content_of(archive, "a") == b"two"


def test_a_large_file_comes_back_whole(archive, put):
    content = b"0123456789abcdef" * 300_000
    put("a", content)

    assert content_of(archive, "a") == content


def test_a_link_names_the_file(archive, put):
    put("a", b"one")

    assert "usage-2026-11.csv.gz" in archive.link("a", "usage-2026-11.csv.gz", timedelta(minutes=1))


@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_a_kept_object_is_locked_and_has_its_digest(cloud, tmp_path):
    s3, bucket = cloud.client("s3"), a_bucket(cloud)
    path = tmp_path / "content"
    path.write_bytes(b"one")
    S3Archive(s3, bucket, "COMPLIANCE").put("a", path, JSON, KEEP_UNTIL)

    head = s3.head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")

    assert head["ContentType"] == JSON
    assert head["Metadata"] == {"sha256": hashlib.sha256(b"one").hexdigest()}
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] == KEEP_UNTIL
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="a", VersionId=head["VersionId"])


@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_without_a_lock_mode_nothing_is_locked(cloud, tmp_path):
    s3, bucket = cloud.client("s3"), a_bucket(cloud)
    path = tmp_path / "content"
    path.write_bytes(b"one")
    S3Archive(s3, bucket).put("a", path, JSON, KEEP_UNTIL)

    assert "ObjectLockMode" not in s3.head_object(Bucket=bucket, Key="a")


@pytest.mark.parametrize("cloud", ["ministack", "local_stack"], indirect=True)
def test_a_link_downloads_the_file_under_its_name(cloud, tmp_path):
    plain, bucket = cloud.client("s3"), a_bucket(cloud)
    signing = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=plain.meta.endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    path = tmp_path / "content"
    path.write_bytes(b"one")
    archive = S3Archive(signing, bucket)
    archive.put("a", path, JSON, None)

    link = archive.link("a", "usage-2026-11.csv.gz", timedelta(minutes=15))

    answer = httpx2.get(link)
    assert answer.content == b"one"
    assert answer.headers["content-disposition"] == 'attachment; filename="usage-2026-11.csv.gz"'
    assert parse_qs(urlsplit(link).query)["X-Amz-Expires"] == ["900"]
