"""What the SQLite index promises beyond the port: processes, threads, crashes, files."""

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.adapters.sqlite_index import SQLitePassageIndex, files
from helpdesk.adapters.sqlite_index import index as index_module
from helpdesk.adapters.sqlite_index.matrices import Matrices
from helpdesk.errors import Unavailable
from helpdesk.ids import DocumentId, TenantId
from helpdesk.passages import Passage
from tests.fakes.embedder import HashingEmbedder

TENANT = TenantId("ten_1")
BATCH = 16
EMBEDDER = HashingEmbedder()

WRITER = f"""
import sys
from itertools import count
from helpdesk.adapters.sqlite_index import SQLitePassageIndex
from tests.unit.test_sqlite_index import batch
index, document = SQLitePassageIndex(sys.argv[1]), sys.argv[2]
for number in range(int(sys.argv[3])):
    index.add("{TENANT}", "m1", batch(document, number))
    print(number, flush=True)
"""


def batch(document: str, number: int) -> list[tuple[Passage, tuple[float, ...]]]:
    """The passages of one transaction."""
    passages = [
        Passage(DocumentId(document), 1, number * BATCH + n, f"refund word{n} of batch {number}")
        for n in range(BATCH)
    ]
    vectors = EMBEDDER.embed([p.text for p in passages])
    return [(p, tuple(v)) for p, v in zip(passages, vectors, strict=True)]


def start_writer(folder: Path, document: str, batches: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(folder), document, str(batches)]
    path = ":".join(sys.path)
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": path})


def found_positions(index: SQLitePassageIndex, document: str) -> tuple[set[int], set[int]]:
    """The positions found by words and by meaning."""
    found = index.search(TENANT, "m1", "refund", EMBEDDER.embed(["refund"])[0], 100_000)
    return (
        {c.passage.position for c in found.lexical if c.passage.document == document},
        {c.passage.position for c in found.dense if c.passage.document == document},
    )


def test_a_writer_killed_in_the_middle_leaves_whole_batches_and_a_working_file(tmp_path):
    for attempt in range(3):
        document = f"doc_{attempt}"
        with start_writer(tmp_path, document, 10_000) as writer:
            assert writer.stdout
            for _ in range(3 + 2 * attempt):
                acknowledged = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().split()

        index = SQLitePassageIndex(str(tmp_path))
        by_words, by_meaning = found_positions(index, document)

        written = max([acknowledged, *map(int, rest)])
        assert by_words == by_meaning
        assert len(by_words) % BATCH == 0
        assert by_words >= set(range((written + 1) * BATCH))
        index.add(TENANT, "m1", batch("doc_after", attempt))
        assert len(found_positions(index, "doc_after")[0]) == BATCH * (attempt + 1)
    [file] = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_processes_that_start_on_the_same_new_tenant_lose_nothing(tmp_path):
    writers = [start_writer(tmp_path, f"doc_{n}", 12) for n in range(4)]
    for writer in writers:
        writer.communicate(timeout=60)

    assert [writer.returncode for writer in writers] == [0] * 4
    index = SQLitePassageIndex(str(tmp_path))
    for n in range(4):
        assert found_positions(index, f"doc_{n}") == (set(range(12 * BATCH)),) * 2
    assert [path.suffix for path in tmp_path.iterdir() if ".new" in path.name] == []


def test_readers_in_threads_see_whole_batches_while_another_process_writes(tmp_path):
    index = SQLitePassageIndex(str(tmp_path))
    index.add(TENANT, "m1", batch("doc_1", 0))

    def read(_: int) -> bool:
        by_words, by_meaning = found_positions(index, "doc_1")
        return by_words == by_meaning and len(by_words) % BATCH == 0

    with start_writer(tmp_path, "doc_1", 40) as writer, ThreadPoolExecutor(4) as readers:
        while writer.poll() is None:
            assert all(readers.map(read, range(8)))

    assert found_positions(index, "doc_1") == (set(range(40 * BATCH)),) * 2


def test_what_another_process_removed_is_gone_at_once(tmp_path):
    here, there = SQLitePassageIndex(str(tmp_path)), SQLitePassageIndex(str(tmp_path))
    here.add(TENANT, "m1", batch("doc_1", 0) + batch("doc_2", 0))
    found_positions(here, "doc_1")

    there.keep_only(TENANT, DocumentId("doc_2"), None)
    there.add(TENANT, "m1", batch("doc_3", 0))

    assert found_positions(here, "doc_2") == (set(), set())
    assert len(found_positions(here, "doc_3")[1]) == BATCH


@settings(max_examples=25, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(["add", "remove", "look"]), st.integers(0, 3)), max_size=12
    ),
    kept_removals=st.sampled_from([1, 20, 10_000]),
)
def test_a_reader_keeps_up_with_any_changes_that_another_process_makes(changes, kept_removals):
    there: dict[str, int] = {}
    with (
        TemporaryDirectory() as folder,
        mock.patch.object(index_module, "KEPT_REMOVALS", kept_removals),
    ):
        reader, writer = SQLitePassageIndex(folder), SQLitePassageIndex(folder)
        for change, number in [*changes, ("look", 0)]:
            document = f"doc_{number}"
            if change == "add":
                writer.add(TENANT, "m1", batch(document, 0))
                there[document] = BATCH
            elif change == "remove":
                writer.keep_only(TENANT, DocumentId(document), None)
                there.pop(document, None)
            else:
                found = reader.search(TENANT, "m1", "refund", EMBEDDER.embed(["refund"])[0], 999)
                assert Counter(c.passage.document for c in found.dense) == there
                assert Counter(c.passage.document for c in found.lexical) == there


@pytest.mark.parametrize(
    "tenant", ["../../outside", "/etc/passwd", "", ".", "a/b", "nul\0byte", "x" * 5000, "TEN_1"]
)
def test_a_tenants_id_never_leaves_the_folder_or_meets_another_tenant(tmp_path, tenant):
    folder = tmp_path / "index"
    index = SQLitePassageIndex(str(folder))
    index.add(TENANT, "m1", batch("doc_1", 0))

    index.add(TenantId(tenant), "m1", [])

    assert list(tmp_path.iterdir()) == [folder]
    assert len(list(folder.glob("*.sqlite"))) == 2
    assert not index.search(TenantId(tenant), "m1", "refund", (), 5).lexical


def test_a_search_for_an_unknown_tenant_leaves_no_file(tmp_path):
    SQLitePassageIndex(str(tmp_path)).search(TENANT, "m1", "refund", (1.0,), 5)

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_stays_locked_is_unavailable_to_writers_and_open_to_readers(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(files, "BUSY_SECONDS", 0.05)
    index = SQLitePassageIndex(str(tmp_path))
    index.add(TENANT, "m1", batch("doc_1", 0))
    [file] = tmp_path.glob("*.sqlite")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(Unavailable):
            index.add(TENANT, "m1", batch("doc_1", 1))
        assert len(found_positions(index, "doc_1")[0]) == BATCH

    index.add(TENANT, "m1", batch("doc_1", 1))
    assert len(found_positions(index, "doc_1")[0]) == 2 * BATCH


def test_a_vector_of_another_length_finds_nothing_by_meaning(tmp_path):
    index = SQLitePassageIndex(str(tmp_path))
    index.add(TENANT, "m1", batch("doc_1", 0))

    found = index.search(TENANT, "m1", "refund", (1.0, 0.0), 5)

    assert len(found.lexical) == 5
    assert not found.dense


def test_many_tenants_share_a_bounded_number_of_connections(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_IDLE_CONNECTIONS", 3)
    index = SQLitePassageIndex(str(tmp_path))
    tenants = [TenantId(f"ten_{n}") for n in range(8)]
    for tenant in tenants:
        index.add(tenant, "m1", batch("doc_1", 0)[:1])

    assert all(len(index.search(t, "m1", "refund", (), 5).lexical) == 1 for t in tenants)
    assert len(index._files._idle) == 3


def test_matrices_above_the_budget_are_dropped_and_read_again(tmp_path):
    index = SQLitePassageIndex(str(tmp_path))
    index._matrices = Matrices(max_bytes=1)
    tenants = [TenantId(f"ten_{n}") for n in range(3)]
    for tenant in tenants:
        index.add(tenant, "m1", batch("doc_1", 0))

    for tenant in tenants * 2:
        vector = EMBEDDER.embed(["refund"])[0]
        assert len(index.search(tenant, "m1", "refund", vector, 100).dense) == BATCH
    assert len(index._matrices._kept) == 1
