"""Parquet: what is read back is what was written."""

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpdesk.adapters.duckdb_export_files import DuckDBPartFiles
from helpdesk.billing.export_rows import COLUMNS
from helpdesk.money import Money
from tests.contract.test_part_files import TEXTS, a_row

NUMBERS = st.none() | st.integers(-(2**63) + 1, 2**63 - 1)


def read_back(folder, rows):
    files = DuckDBPartFiles().write(rows, folder)
    (path,) = (file.path for file in files if file.format == "parquet")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.read_parquet(str(path))
        return found.columns, found.fetchall()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.none() | TEXTS, NUMBERS), min_size=1))
@example([("a\0b", None, 1), ('"', '","', 0), ("\r\n", "\n", None), ("\ufeff", " ", 5)])
def test_rows_come_back_as_they_were(tmp_path_factory, values):
    rows = [
        a_row(tenant_name=name, reason=reason, quantity=number) for name, reason, number in values
    ]

    columns, found = read_back(tmp_path_factory.mktemp("part"), rows)

    assert columns == list(COLUMNS)
    for row, back in zip(rows, found, strict=True):
        told = dict(zip(columns, back, strict=True))
        cost, price = told.pop("cost"), told.pop("unit_price")
        assert Money.of(str(cost)).micros == row.cost_micros
        assert Money.of(str(price)).micros == row.unit_price_micros
        assert told == {name: getattr(row, name) for name in told}
