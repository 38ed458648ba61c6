"""Export files: every row in every format, the same bytes for the same rows, and the same sums."""

import hashlib
from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.adapters.duckdb_export_files import DuckDBExportSums, DuckDBPartFiles
from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.exports import FORMATS
from tests.fakes.part_files import PlainExportSums, PlainPartFiles

AN_AMOUNT = st.integers(-(10**18) + 1, 10**18 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@pytest.fixture(params=["fake", "duckdb"], scope="module")
def kind(request):
    return request.param


@pytest.fixture
def parts(kind):
    return PlainPartFiles() if kind == "fake" else DuckDBPartFiles()


@pytest.fixture
def read_back(kind):
    return PlainExportSums() if kind == "fake" else DuckDBExportSums()


def a_row(**changes):
    fields = {name: None for name in ExportRow._fields} | {
        "billing_period": "2026-11",
        "tenant_id": "ten_ada",
        "tenant_name": "Larkfell",
        "event_id": "evt_1",
        "line": "turns",
        "type": "turn",
        "occurred_at": datetime(2026, 11, 30, 23, 59, 59, 999_000, UTC),
        "meter": "turns",
        "quantity": 1,
        "unit": "turns",
        "unit_price_micros": 5,
        "priced_per": 1,
        "cost_micros": 5,
        "currency": "USD",
        "estimated": False,
        "description": "Turns",
    }
    return ExportRow(**(fields | changes))


def test_all_rows_are_in_a_file_of_each_format(parts, tmp_path):
    rows = [a_row(event_id=f"evt_{number}") for number in range(100)]

    files = parts.write(iter(rows), tmp_path)

    assert sorted(file.format for file in files) == sorted(FORMATS)
    for file in files:
        content = file.path.read_bytes()
        assert file.path.parent == tmp_path
        assert (file.rows, file.bytes) == (100, len(content))
        assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_the_same_rows_give_the_same_bytes_and_others_do_not(parts, tmp_path):
    rows = [a_row(event_id=f"evt_{number}", reason="Zurück, 30 %\r\n") for number in range(1000)]

    def digests(name, rows):
        folder = tmp_path / name
        folder.mkdir()
        return {file.format: file.sha256 for file in parts.write(iter(rows), folder)}

    once = digests("once", rows)
    other = digests("other", [*rows[:-1], a_row(event_id="evt_999", cost_micros=6)])
    assert digests("twice", rows) == once
    assert once.items().isdisjoint(other.items())


# A database for each example: few will do.
@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("EU"), AN_AMOUNT, TEXTS)))
def test_files_add_up_to_their_rows(kind, tmp_path_factory, lines):
    parts = PlainPartFiles() if kind == "fake" else DuckDBPartFiles()
    read_back = PlainExportSums() if kind == "fake" else DuckDBExportSums()
    rows = [
        a_row(tenant_id=tenant, currency=currency, cost_micros=micros, reason=text)
        for tenant, currency, micros, text in lines
    ]
    expected = Counter()
    for row in rows:
        expected[row.tenant_id, row.currency] += row.cost_micros
    halves = iter(rows)
    written = [
        parts.write(islice(halves, size), tmp_path_factory.mktemp("part"))
        for size in (len(rows) // 2, len(rows))
    ]

    for format_ in FORMATS:
        paths = [file.path for part in written for file in part if file.format == format_]
        assert read_back.sums(format_, paths) == expected


def test_no_files_add_up_to_nothing(read_back):
    assert [read_back.sums(format_, []) for format_ in FORMATS] == [{}, {}, {}]


def test_what_the_bytes_depend_on_is_said(parts):
    assert all(parts.versions().values())
