"""Documents: each step counts for its version only, and the switch to a new one is one write."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.adapters.dynamodb.documents import DynamoDBDocuments
from helpdesk.clock import utc_now
from helpdesk.documents import PROCESSING_TIME, DocumentStatus, Failure
from helpdesk.errors import NotFound, ValidationFailed
from helpdesk.ids import DocumentId, new_id
from tests.contract.examples import a_document, a_tenant_id
from tests.contract.lanes import AT_ONCE
from tests.fakes.documents import MemoryDocuments

NOW = utc_now()
SOON, LATE = NOW + timedelta(minutes=1), NOW + timedelta(days=1)
FAILURE = Failure("malformed_document", "Damaged – send it again.")


@pytest.fixture
def documents(cloud):
    return DynamoDBDocuments(cloud.client("dynamodb"), "knowledge") if cloud else MemoryDocuments()


def added(documents, external_id=None, tenant=None):
    return documents.add(a_document(tenant or a_tenant_id(), external_id, NOW))


def step(documents, name, document, *arguments, **named):
    return getattr(documents, name)(
        document.tenant, document.id, document.version, *arguments, **named
    )


def started(documents, document):
    return step(documents, "start", document, NOW + PROCESSING_TIME)


def published(documents, document):
    assert started(documents, document)
    return step(documents, "publish", document, SOON)


def stored(documents, document):
    return documents.get(document.tenant, document.id)


def test_what_was_added_is_read_back_whole(documents):
    document = a_document(a_tenant_id(), "help/returns#1 – ü", NOW, url="https://acme.example/r")

    assert documents.add(document) == document
    assert stored(documents, document) == document


def test_adding_again_by_the_same_id_is_the_same_document(documents):
    document = added(documents)

    assert documents.add(document) == document
    assert len(documents.page(document.tenant, 10, None).items) == 1


def test_the_same_external_id_is_the_next_version_of_the_same_document(documents):
    first = added(documents, "a" * 255)
    assert published(documents, first)

    later = a_document(first.tenant, "a" * 255, SOON, title="Returns, revised")
    second = documents.add(later)

    assert second == replace(
        later, id=first.id, version=2, created_at=first.created_at, published_version=1
    )
    assert stored(documents, first) == second
    assert len(documents.page(first.tenant, 10, None).items) == 1


def test_external_ids_belong_to_their_tenants(documents):
    mine, yours = added(documents, "returns"), added(documents, "returns")

    assert (mine.version, yours.version) == (1, 1)
    assert mine.id != yours.id


def test_another_tenants_document_does_not_exist(documents):
    document, stranger = added(documents, "returns"), a_tenant_id()

    with pytest.raises(NotFound):
        documents.get(stranger, document.id)
    with pytest.raises(NotFound):
        documents.delete(stranger, document.id)
    assert documents.get_many(stranger, [document.id]) == {}
    assert documents.page(stranger, 10, None).items == []
    theirs = replace(document, tenant=stranger)
    assert started(documents, theirs) is None
    step(documents, "fail", theirs, FAILURE)
    assert step(documents, "batch_done", theirs, 0) is None
    assert not step(documents, "publish", theirs, SOON)
    assert stored(documents, document) == document


def test_many_are_read_at_once_and_the_missing_left_out(documents):
    tenant = a_tenant_id()
    there = [added(documents, tenant=tenant) for _ in range(101)]
    ids = [document.id for document in there]

    asked = [*ids, ids[0], DocumentId(new_id("doc", NOW))]

    assert documents.get_many(tenant, asked) == {document.id: document for document in there}
    assert documents.get_many(tenant, []) == {}


def test_pages_are_newest_first_and_lose_nothing(documents):
    tenant = a_tenant_id()
    made = [
        documents.add(a_document(tenant, now=NOW + timedelta(seconds=number)))
        for number in range(7)
    ]
    first = documents.page(tenant, 3, None)
    second = documents.page(tenant, 3, first.next_cursor)
    last = documents.page(tenant, 3, second.next_cursor)

    assert [*first.items, *second.items, *last.items] == made[::-1]
    assert last.next_cursor is None
    assert documents.page(tenant, 7, None).next_cursor is None


def test_a_cursor_outlives_the_document_that_it_points_at(documents):
    tenant = a_tenant_id()
    made = [
        documents.add(a_document(tenant, now=NOW + timedelta(seconds=number)))
        for number in range(4)
    ]
    cursor = documents.page(tenant, 2, None).next_cursor
    documents.delete(tenant, made[2].id)

    assert documents.page(tenant, 2, cursor).items == made[1::-1]


def test_a_cursor_leads_nobody_into_another_tenants_documents(documents):
    owner, stranger = a_tenant_id(), a_tenant_id()
    for _ in range(3):
        added(documents, tenant=owner)
    cursor = documents.page(owner, 1, None).next_cursor

    assert documents.page(stranger, 10, cursor).items == []


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "VEVOQU5UI3Rlbl8xI0RPQ1VNRU5U", "é"])
def test_a_made_up_cursor_is_refused_by_name(documents, cursor):
    with pytest.raises(ValidationFailed) as refusal:
        documents.page(a_tenant_id(), 10, cursor)
    assert refusal.value.errors[0].field == "cursor"


def test_a_document_goes_its_way(documents):
    document = added(documents)

    processing = started(documents, document)
    assert processing == replace(
        document, status=DocumentStatus.PROCESSING, deadline=NOW + PROCESSING_TIME, updated_at=NOW
    )
    step(documents, "expect", document, title="Returns policy", chunks=40, batches=2)
    assert step(documents, "batch_done", document, 0).batches_done == 1
    assert step(documents, "batch_done", document, 0).batches_done == 1
    assert step(documents, "batch_done", document, 1).batches_done == 2
    assert step(documents, "publish", document, SOON)

    assert stored(documents, document) == replace(
        processing,
        status=DocumentStatus.READY,
        published_version=1,
        updated_at=SOON,
        title="Returns policy",
        chunks=40,
        batches=2,
        batches_done=2,
    )


def test_a_repeated_start_finishes_what_a_crash_left(documents):
    document = added(documents)
    first = started(documents, document)
    step(documents, "expect", document, title="Returns", chunks=40, batches=2)
    step(documents, "batch_done", document, 1)

    again = step(documents, "start", document, SOON + PROCESSING_TIME)

    assert again == replace(first, chunks=40, batches=2, batches_done=1)


def test_there_is_nothing_to_start_after_the_end(documents):
    failed, expired, ready = (added(documents) for _ in range(3))
    step(documents, "fail", failed, FAILURE)
    assert published(documents, ready)

    assert started(documents, failed) is None
    assert started(documents, ready) is None
    assert step(documents, "start", expired, LATE + PROCESSING_TIME) is None
    assert started(documents, replace(expired, id=DocumentId(new_id("doc", NOW)))) is None
    assert stored(documents, expired) == expired


def test_processing_that_took_too_long_is_not_started_again(documents):
    document = added(documents)
    started(documents, document)

    assert step(documents, "start", document, LATE + PROCESSING_TIME) is None


def test_publishing_happens_once_and_in_time(documents):
    on_time, late, unread = (added(documents) for _ in range(3))
    assert published(documents, on_time)
    started(documents, late)

    assert not step(documents, "publish", on_time, SOON)
    assert not step(documents, "publish", late, LATE)
    assert not step(documents, "publish", unread, SOON)
    assert stored(documents, late).published_version is None


def test_a_batch_that_comes_again_after_the_end_says_so(documents):
    document = added(documents)
    started(documents, document)
    step(documents, "expect", document, title="Returns", chunks=1, batches=1)
    step(documents, "batch_done", document, 0)
    step(documents, "publish", document, SOON)

    assert step(documents, "batch_done", document, 0) == stored(documents, document)


def test_a_superseded_version_changes_nothing(documents):
    old = added(documents, "returns")
    started(documents, old)
    step(documents, "batch_done", old, 0)
    new = documents.add(a_document(old.tenant, "returns", NOW))

    assert started(documents, old) is None
    step(documents, "expect", old, title="Returns", chunks=9, batches=9)
    assert step(documents, "batch_done", old, 1) is None
    assert not step(documents, "publish", old, SOON)
    step(documents, "fail", old, FAILURE)

    assert stored(documents, new) == new
    assert new.batches_done == 0


def test_the_old_version_stays_published_until_the_new_one_is(documents):
    old = added(documents, "returns")
    assert published(documents, old)
    new = documents.add(a_document(old.tenant, "returns", NOW))
    started(documents, new)
    assert stored(documents, new).published_version == 1

    step(documents, "publish", new, SOON)

    assert stored(documents, new).published_version == 2


def test_a_failed_version_leaves_the_published_one_in_place(documents):
    old = added(documents, "returns")
    assert published(documents, old)
    new = documents.add(a_document(old.tenant, "returns", NOW))

    step(documents, "fail", new, FAILURE)

    failed = stored(documents, new)
    assert (failed.status, failed.failure) == (DocumentStatus.FAILED, FAILURE)
    assert failed.published_version == 1
    assert step(documents, "batch_done", new, 0) is None
    assert not step(documents, "publish", new, SOON)


def test_what_is_finished_does_not_fail(documents):
    document = added(documents)
    assert published(documents, document)

    step(documents, "fail", document, FAILURE)

    assert stored(documents, document).status is DocumentStatus.READY


def test_the_failure_of_a_version_is_forgotten_with_the_next(documents):
    old = added(documents, "returns")
    step(documents, "fail", old, FAILURE)

    assert documents.add(a_document(old.tenant, "returns", NOW)).failure is None


def test_nothing_of_a_deleted_document_comes_back(documents):
    document = added(documents, "returns")
    started(documents, document)
    documents.delete(document.tenant, document.id)

    step(documents, "expect", document, title="Returns", chunks=1, batches=1)
    step(documents, "fail", document, FAILURE)
    assert step(documents, "batch_done", document, 0) is None
    assert not step(documents, "publish", document, SOON)

    with pytest.raises(NotFound):
        stored(documents, document)
    with pytest.raises(NotFound):
        documents.delete(document.tenant, document.id)
    assert documents.get_many(document.tenant, [document.id]) == {}
    assert documents.page(document.tenant, 10, None).items == []


def test_a_deleted_documents_external_id_is_free_again(documents):
    old = added(documents, "returns")
    documents.delete(old.tenant, old.id)

    new = added(documents, "returns", old.tenant)

    assert (new.version, new.id != old.id) == (1, True)


# Without moto, whose conditional writes are not atomic between threads.
@AT_ONCE
def test_uploads_at_once_of_one_external_id_become_versions_of_one_document(documents):
    tenant = a_tenant_id()

    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda _: added(documents, "returns", tenant), range(6)))

    assert len({document.id for document in made}) == 1
    assert sorted(document.version for document in made) == [1, 2, 3, 4, 5, 6]


@AT_ONCE
def test_of_many_that_publish_at_once_one_does(documents):
    document = added(documents)
    started(documents, document)

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(
            threads.map(lambda _: step(documents, "publish", document, SOON), range(16))
        )

    assert outcomes.count(True) == 1


@AT_ONCE
def test_batches_that_end_at_once_all_count(documents):
    document = added(documents)
    started(documents, document)
    step(documents, "expect", document, title="Returns", chunks=40, batches=20)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: step(documents, "batch_done", document, n % 20), range(40)))

    assert stored(documents, document).batches_done == 20
