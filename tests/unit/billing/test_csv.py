"""CSV: no cell is a formula to a spreadsheet, and nothing else of it is changed."""

import csv
import gzip
import io

from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.adapters.duckdb_export_files import DuckDBPartFiles
from helpdesk.billing.export_rows import COLUMNS
from tests.contract.test_part_files import TEXTS, a_row

DANGEROUS = "=+-@\t\r\n＝＋－＠"


def cells(folder, rows):
    files = DuckDBPartFiles().write(rows, folder)
    (path,) = (file.path for file in files if file.format == "csv")
    text = gzip.decompress(path.read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def is_number(text):
    sign = text[:1] in ("+", "-")
    whole, dot, part = text[sign:].partition(".")
    return all(each.isascii() and each.isdigit() for each in ([whole, part] if dot else [whole]))


@settings(max_examples=15, deadline=None)
@given(st.lists(TEXTS | st.builds(str.__add__, st.sampled_from(DANGEROUS), TEXTS), min_size=1))
@example(["=1+2", "+49 30 1", "-5", "+1.5", "-1+2", "@SUM(A1)", "\tx", "\r=x", "\n=x", "＝1", "-٣"])
def test_no_text_begins_as_a_formula(tmp_path_factory, texts):
    rows = [a_row(tenant_name=text, reason=text) for text in texts]

    found = cells(tmp_path_factory.mktemp("part"), rows)

    for text, cell in zip(texts, found, strict=True):
        guarded = text[0] in DANGEROUS and not is_number(text)
        assert cell["tenant_name"] == cell["reason"] == ("'" if guarded else "") + text


def test_numbers_moments_and_nothing_are_written_plainly(tmp_path):
    row = a_row(cost_micros=-990_000, quantity=-1, unit_price_micros=150_000, estimated=True)

    (cell,) = cells(tmp_path, [row])

    assert list(cell) == list(COLUMNS)
    assert (cell["cost"], cell["quantity"], cell["unit_price"]) == ("-0.990000", "-1", "0.150000")
    assert cell["occurred_at"] == "2026-11-30T23:59:59.999Z"
    assert (cell["estimated"], cell["reason"]) == ("true", "")
