"""Knowledge: announcing, listing and deleting documents."""

from datetime import UTC, datetime

import pytest

from helpdesk.documents import MAX_DOCUMENT_BYTES, UPLOAD_TIME, DocumentStatus
from helpdesk.errors import NotFound, PayloadTooLarge, Unavailable, UnsupportedMediaType
from helpdesk.ids import TenantId
from helpdesk.knowledge import Knowledge, NewDocument
from helpdesk.passages import Passage
from tests.fakes.documents import MemoryDocuments
from tests.fakes.passage_index import MemoryPassageIndex
from tests.fakes.uploads import MemoryUploads

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACME, OTHER = TenantId("ten_acme"), TenantId("ten_other")
RETURNS = NewDocument("returns.html", "text/html; charset=utf-8", 12, external_id="help/returns")


class World:
    """A Knowledge over fakes, and what is around it."""

    def __init__(self) -> None:
        self.now = NOW
        self.documents = MemoryDocuments()
        self.uploads = MemoryUploads()
        self.index = MemoryPassageIndex()
        self.knowledge = Knowledge(self.documents, self.uploads, self.index, lambda: self.now)


@pytest.fixture
def world() -> World:
    return World()


def test_an_announced_document_awaits_its_bytes(world: World):
    document, upload = world.knowledge.create(ACME, RETURNS)

    assert world.knowledge.get(ACME, document.id) == document
    assert document.status is DocumentStatus.AWAITING_UPLOAD
    assert (document.title, document.content_type) == ("returns", "text/html")
    assert upload.expires_at == NOW + UPLOAD_TIME


def test_a_document_that_is_never_sent_has_failed(world: World):
    document, _ = world.knowledge.create(ACME, RETURNS)
    world.now += UPLOAD_TIME

    failed = world.knowledge.get(ACME, document.id)
    assert failed.failure is not None
    assert failed.failure.code == "upload_expired"
    assert world.knowledge.page(ACME, 10, None).items == [failed]


def test_the_same_external_id_is_a_new_version_and_the_old_bytes_go(world: World):
    first, upload = world.knowledge.create(ACME, RETURNS)
    world.uploads.send(upload, b"<p>old</p>")
    second, _ = world.knowledge.create(ACME, RETURNS)

    assert (second.id, second.version) == (first.id, 2)
    with pytest.raises(NotFound):
        world.uploads.read(ACME, first.id, 1)


@pytest.mark.parametrize(
    ("new", "refusal"),
    [
        (NewDocument("a.png", "image/png", 1), UnsupportedMediaType),
        (NewDocument("a.txt", "text/plain", MAX_DOCUMENT_BYTES + 1), PayloadTooLarge),
    ],
)
def test_what_can_never_be_read_is_refused(
    world: World, new: NewDocument, refusal: type[Exception]
):
    with pytest.raises(refusal):
        world.knowledge.create(ACME, new)
    assert world.knowledge.page(ACME, 10, None).items == []


def test_a_deleted_document_leaves_nothing(world: World):
    document, upload = world.knowledge.create(ACME, RETURNS)
    world.uploads.send(upload, b"<p>text</p>")
    world.index.add(ACME, "m", [(Passage(document.id, 1, 0, "text"), (1.0,))])

    world.knowledge.delete(ACME, document.id)

    with pytest.raises(NotFound):
        world.knowledge.get(ACME, document.id)
    with pytest.raises(NotFound):
        world.uploads.read(ACME, document.id, 1)
    assert not world.index.search(ACME, "m", "text", (1.0,), 5).lexical
    with pytest.raises(NotFound):
        world.knowledge.delete(ACME, document.id)


def test_deleting_holds_although_the_index_is_down(world: World):
    document, upload = world.knowledge.create(ACME, RETURNS)
    world.uploads.send(upload, b"<p>text</p>")

    def down(*_: object) -> None:
        raise Unavailable("The index is locked.")

    world.index.keep_only = down  # type: ignore[assignment, method-assign]
    world.knowledge.delete(ACME, document.id)

    with pytest.raises(NotFound):
        world.knowledge.get(ACME, document.id)
    with pytest.raises(NotFound):
        world.uploads.read(ACME, document.id, 1)


def test_another_tenant_finds_nothing(world: World):
    document, _ = world.knowledge.create(ACME, RETURNS)

    with pytest.raises(NotFound):
        world.knowledge.get(OTHER, document.id)
    with pytest.raises(NotFound):
        world.knowledge.delete(OTHER, document.id)
    assert world.knowledge.page(OTHER, 10, None).items == []
    assert world.knowledge.get(ACME, document.id) == document
