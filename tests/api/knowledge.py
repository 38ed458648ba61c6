"""Published documents, without the way that leads there."""

from helpdesk.clock import utc_now
from helpdesk.documents import PROCESSING_TIME, UPLOAD_TIME, Document, DocumentStatus
from helpdesk.ids import DocumentId, new_id
from helpdesk.passages import Passage
from tests.fakes.embedder import HashingEmbedder


def announce(world, tenant, **changes):
    """A document that awaits its bytes."""
    now = utc_now()
    fields = {
        "tenant": tenant,
        "id": DocumentId(new_id("doc", now)),
        "filename": "returns.md",
        "content_type": "text/markdown",
        "size_bytes": 10,
        "title": "Returns",
        "url": None,
        "external_id": None,
        "version": 1,
        "status": DocumentStatus.AWAITING_UPLOAD,
        "deadline": now + UPLOAD_TIME,
        "created_at": now,
        "updated_at": now,
    }
    return world.documents.add(Document(**(fields | changes)))


def publish(world, tenant, text):
    """A document of one passage that is ready."""
    document = announce(world, tenant)
    now = utc_now()
    embedder = HashingEmbedder()
    passage = Passage(document.id, 1, 0, text)
    world.documents.start(tenant, document.id, 1, now + PROCESSING_TIME)
    world.documents.expect(tenant, document.id, 1, title="Returns", chunks=1, batches=1)
    world.index.add(tenant, embedder.model, [(passage, embedder.embed([passage.to_embed()])[0])])
    world.documents.batch_done(tenant, document.id, 1, 0)
    assert world.documents.publish(tenant, document.id, 1, now)
    return document
