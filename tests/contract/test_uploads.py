"""Uploads: a ticket is good for exactly what it says, and bytes belong to their tenant."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx2
import pytest
from botocore.config import Config

from helpdesk.adapters.s3_uploads import S3Uploads
from helpdesk.clock import utc_now
from helpdesk.errors import NotFound
from tests.contract.examples import a_document, a_tenant_id
from tests.fakes.uploads import MemoryUploads

NOW = utc_now()
CONTENT = "Zurück binnen 30 Tagen.\n".encode()


@pytest.fixture
def uploads(cloud):
    if not cloud:
        return MemoryUploads()
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="uploads")
    return S3Uploads(s3, "uploads")


@pytest.fixture
def send(cloud, uploads):
    """What a tenant does with a ticket: exactly this method, url and headers."""
    if not cloud:
        return uploads.send
    if urlsplit(cloud.client("s3").meta.endpoint_url).hostname != "127.0.0.1":
        # moto has no door in this process: the object comes in by the API instead.
        def put(upload, content):
            object_ = {"Bucket": "uploads", "Key": urlsplit(upload.url).path.removeprefix("/")}
            condition = {"IfNoneMatch": upload.headers["If-None-Match"]}
            with suppress(cloud.client("s3").exceptions.ClientError):
                cloud.client("s3").put_object(**object_, **condition, Body=content)

        return put

    def http(upload, content):
        answer = httpx2.request(upload.method, upload.url, headers=upload.headers, content=content)
        assert answer.is_success or answer.status_code == 412, answer.text

    return http


def a_sent_document(uploads, send, tenant=None, version=1):
    document = a_document(tenant or a_tenant_id(), version=version, size_bytes=len(CONTENT))
    send(uploads.ticket(document, NOW + timedelta(minutes=15)), CONTENT)
    return document


def test_what_was_sent_is_read(uploads, send):
    document = a_sent_document(uploads, send)

    assert uploads.read(document.tenant, document.id, 1) == CONTENT
    assert uploads.size_bytes(document.tenant, document.id, 1) == len(CONTENT)


def test_only_the_first_file_under_a_ticket_is_taken(uploads, send):
    document = a_document(a_tenant_id())
    ticket = uploads.ticket(document, NOW + timedelta(minutes=15))

    send(ticket, CONTENT)
    send(ticket, b"Another file.")

    assert uploads.read(document.tenant, document.id, 1) == CONTENT


def test_what_was_never_sent_is_not_found(uploads):
    document = a_document(a_tenant_id())
    uploads.ticket(document, NOW + timedelta(minutes=15))

    with pytest.raises(NotFound):
        uploads.size_bytes(document.tenant, document.id, 1)
    with pytest.raises(NotFound):
        uploads.read(document.tenant, document.id, 1)


def test_another_tenants_bytes_do_not_exist(uploads, send):
    document, stranger = a_sent_document(uploads, send), a_tenant_id()

    with pytest.raises(NotFound):
        uploads.read(stranger, document.id, 1)
    uploads.delete(stranger, document.id, [1])

    assert uploads.read(document.tenant, document.id, 1) == CONTENT


def test_versions_are_deleted_one_by_one_or_together(uploads, send):
    first = a_sent_document(uploads, send)
    for version in (2, 3):
        send(uploads.ticket(replace(first, version=version), NOW + timedelta(minutes=1)), CONTENT)

    uploads.delete(first.tenant, first.id, [1, 2])
    uploads.delete(first.tenant, first.id, [1, 2])
    uploads.delete(first.tenant, first.id, [])

    with pytest.raises(NotFound):
        uploads.read(first.tenant, first.id, 2)
    assert uploads.read(first.tenant, first.id, 3) == CONTENT


def test_a_ticket_says_what_must_be_sent(uploads):
    document = a_document(a_tenant_id())
    upload = uploads.ticket(document, NOW + timedelta(minutes=15))

    assert upload.method == "PUT"
    assert upload.headers == {"Content-Type": "text/markdown", "If-None-Match": "*"}
    assert upload.expires_at == NOW + timedelta(minutes=15)


# The fake signs nothing.
@pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)
def test_the_type_is_under_the_signature(cloud):
    # The client as the wiring makes it: without version 4, headers are not signed.
    plain = cloud.client("s3")
    signing = boto3.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=plain.meta.endpoint_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(signature_version="s3v4"),
    )
    document = a_document(a_tenant_id())

    ticket = S3Uploads(signing, "uploads", lambda: NOW).ticket(
        document, NOW + timedelta(minutes=15)
    )

    query = parse_qs(urlsplit(ticket.url).query)
    signed = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert {name.lower() for name in ticket.headers} == signed - {"host"}
    assert query["X-Amz-Expires"] == ["900"]
