"""What adding and removing passages changes."""

from helpdesk.clock import utc_now
from helpdesk.ids import TenantId, new_id
from tests.contract.passage_index.filling import DOC, OTHER, add, passage, passages, search


def test_keep_only_leaves_other_tenants_alone(index, tenant):
    stranger = TenantId(new_id("ten", utc_now()))
    for each in (tenant, stranger):
        add(index, each, passage("refunds"))

    index.keep_only(tenant, DOC, None)

    assert not search(index, tenant, "refunds").lexical
    assert len(search(index, stranger, "refunds").lexical) == 1


def test_adding_again_changes_nothing(index, tenant):
    twice = [passage("refunds take five days", 0), passage("refunds take a week", 1)]
    add(index, tenant, *twice)
    before = search(index, tenant, "refunds")
    add(index, tenant, *twice)

    after = search(index, tenant, "refunds")

    assert sorted(p.id for p in passages(after.dense)) == [p.id for p in twice]
    assert len(after.lexical) == len(before.lexical) == 2


def test_adding_a_changed_passage_replaces_it(index, tenant):
    add(index, tenant, passage("refunds take five days"))
    search(index, tenant, "refunds")
    add(index, tenant, passage("returns are free"))

    assert not search(index, tenant, "refunds").lexical
    found = search(index, tenant, "returns are free")
    assert [p.text for p in passages(found.dense)] == ["returns are free"]


def test_what_was_added_after_a_search_is_found_by_the_next(index, tenant):
    add(index, tenant, passage("refunds", 0))
    search(index, tenant, "refunds")
    add(index, tenant, passage("refunds again", 1))

    found = search(index, tenant, "refunds")

    assert len(found.lexical) == len(found.dense) == 2


def test_embedding_again_with_another_model_moves_the_passage(index, tenant):
    moved = passage("refunds")
    add(index, tenant, moved, model="m1")
    search(index, tenant, "refunds", model="m1")
    add(index, tenant, moved, model="m2")

    assert not search(index, tenant, "refunds", model="m1").dense
    found = search(index, tenant, "refunds", model="m2")
    assert passages(found.dense) == passages(found.lexical) == [moved]


def test_keep_only_removes_older_versions_and_spares_newer_ones(index, tenant):
    versions = [passage("refunds", version=n) for n in (1, 2, 3)]
    other = passage("refunds elsewhere", document=OTHER)
    add(index, tenant, *versions, other)
    search(index, tenant, "refunds")

    index.keep_only(tenant, DOC, 2)

    found = search(index, tenant, "refunds")
    left = {(DOC, 2), (DOC, 3), (OTHER, 1)}
    assert {(p.document, p.version) for p in passages(found.dense)} == left
    assert {(p.document, p.version) for p in passages(found.lexical)} == left


def test_keep_only_without_a_version_removes_a_large_document_whole(index, tenant):
    add(index, tenant, *(passage(f"refund {n}", n) for n in range(1100)))
    add(index, tenant, passage("refund elsewhere", document=OTHER))

    index.keep_only(tenant, DOC, None)

    found = search(index, tenant, "refund", limit=50)
    assert {p.document for p in passages(found.dense)} == {OTHER}
    assert {p.document for p in passages(found.lexical)} == {OTHER}
