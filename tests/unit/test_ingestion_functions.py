"""The ingestion and embedding functions: which messages come again, and which do not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest

from functions.embedding.handler import handler as embed
from functions.ingestion.handler import handler as ingest
from helpdesk import wiring
from helpdesk.documents import object_key
from helpdesk.errors import Unavailable
from helpdesk.events import EmbeddingJob, JobPassage
from helpdesk.ids import DocumentId, TenantId
from helpdesk.ingestion import Ingested
from helpdesk.pipeline_telemetry import version_published
from tests.contract.examples import a_document

ACME, DOC = TenantId("ten_acme"), DocumentId("doc_returns")


def batch(*bodies: str, waited_seconds: int = 0) -> dict[str, Any]:
    """What Lambda is given by SQS; message ``n`` has waited n times ``waited_seconds``."""
    now = datetime.now(UTC).timestamp()
    return {
        "Records": [
            {
                "messageId": str(number),
                "receiptHandle": "r",
                "body": body,
                "attributes": {
                    "SentTimestamp": str(int(1000 * (now - number * waited_seconds))),
                    "ApproximateReceiveCount": "1",
                },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:jobs",
                "awsRegion": "eu-west-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def arrivals(*keys: str) -> str:
    """What S3 says when objects have arrived."""
    return json.dumps(
        {"Records": [{"s3": {"object": {"key": quote_plus(key, safe="/")}}} for key in keys]}
    )


def again(answer: Any) -> list[str]:
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


class Uploads:
    """An Ingestion that writes down what it is given, and fails at version 13."""

    def __init__(self) -> None:
        self.seen: list[tuple[TenantId, DocumentId, int]] = []

    def ingest(self, tenant: TenantId, document: DocumentId, version: int) -> Ingested | None:
        if version == 13:
            raise Unavailable("The database is busy.")
        self.seen.append((tenant, document, version))
        return (None, Ingested(failure="too_large"), Ingested(chunks=3))[version % 3]


class Jobs:
    """An Embedding that leaves batch 13 undone."""

    def embed(self, jobs: list[EmbeddingJob]) -> list[EmbeddingJob]:
        return [job for job in jobs if job.batch == 13]


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> Uploads:
    made = Uploads()
    monkeypatch.setattr(wiring, "ingestion", lambda: made)
    return made


@pytest.fixture
def _jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "embedding", Jobs)


def job(number: int) -> str:
    passage = JobPassage(position=0, text="text")
    return EmbeddingJob(
        tenant=ACME, document=DOC, version=1, batch=number, passages=(passage,)
    ).model_dump_json()


def test_every_arrival_of_every_message_is_ingested(uploads: Uploads):
    keys = [object_key(ACME, DOC, version) for version in (1, 2, 3)]

    assert again(ingest(batch(arrivals(*keys[:2]), arrivals(keys[2])), None)) == []
    assert uploads.seen == [(ACME, DOC, 1), (ACME, DOC, 2), (ACME, DOC, 3)]


def test_the_test_message_of_s3_is_ignored(uploads: Uploads):
    test = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"})

    assert again(ingest(batch(test), None)) == []
    assert uploads.seen == []


def test_only_messages_that_failed_come_again(uploads: Uploads):
    bodies = [
        arrivals(object_key(ACME, DOC, 13)),
        arrivals(object_key(ACME, DOC, 1)),
        "not JSON",
        arrivals("uploads/what"),
    ]

    assert again(ingest(batch(*bodies), None)) == ["0", "2", "3"]
    assert uploads.seen == [(ACME, DOC, 1)]


def test_a_batch_that_fails_as_a_whole_does_not_end_the_process(uploads: Uploads):
    assert again(ingest(batch("not JSON"), None)) == ["0"]


@pytest.mark.usefixtures("_jobs")
def test_only_jobs_that_are_undone_come_again():
    answer = embed(batch(job(1), job(13), "not JSON", job(13), '{"tenant": "ten_acme"}'), None)

    assert sorted(again(answer)) == ["1", "2", "3", "4"]


@pytest.mark.usefixtures("_jobs", "uploads")
@pytest.mark.parametrize(
    ("handler", "queue", "body"),
    [(ingest, "ingestion", arrivals(object_key(ACME, DOC, 1))), (embed, "embedding", job(1))],
)
def test_the_age_of_the_oldest_message_is_measured(
    handler: Callable[[Any, Any], Any], queue: str, body: str, capsys: pytest.CaptureFixture[str]
):
    handler(batch(body, body, waited_seconds=90), None)

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["helpdesk.queue"] == queue
    assert line["helpdesk.queue.age"] == [pytest.approx(90, abs=20)]


def test_a_published_version_is_measured(capsys: pytest.CaptureFixture[str]):
    version_published(a_document(ACME), timedelta(seconds=40))

    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["helpdesk.document.duration"] == [40]
