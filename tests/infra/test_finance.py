"""Finance's SQL over closed months: tables as files are written, queries that run, a role."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from helpdesk.adapters.duckdb_export_files import DuckDBPartFiles
from helpdesk.billing.archive_keys import file_path, root_of
from helpdesk.billing.export_rows import ExportRow
from helpdesk.billing.exports import Export, ExportFormat, ExportId
from infra.finance_columns import FOCUS, USAGE_LINES
from infra.finance_queries import QUERIES
from tests.infra.synthesis import Synthesised

GLUE_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}
TABLES: dict[str, ExportFormat] = {"usage_lines": "parquet", "focus": "focus"}
NOON = datetime(2026, 11, 14, 12, tzinfo=UTC)


def a_row(period: str, tenant: str, **given: Any) -> ExportRow:
    """What a tenant's turn cost, or what is given."""
    values: dict[str, Any] = {
        "tenant_name": f"{tenant} Ltd.",
        "invoice_number": "HD-000001",
        "event_id": f"evt_{period}_{tenant}_{given.get('conversation_id')}",
        "line": "turns",
        "type": "turn",
        "occurred_at": NOON,
        "subject": "turn_1",
        "conversation_id": "conv_1",
        "meter": "turns",
        "quantity": 1,
        "unit": "turns",
        "unit_price_micros": 20_000,
        "priced_per": 1,
        "cost_micros": 20_000,
        "currency": "USD",
        "plan": "standard@1",
        "price_version": "2026-11",
        "model": None,
        "estimated": False,
        "corrects": None,
        "reason": None,
        "adjustment_of": None,
        "description": "Turns",
    }
    return ExportRow(billing_period=period, tenant_id=tenant, **(values | given))


ROWS = [
    a_row("2026-10", "ten_a"),
    a_row("2026-11", "ten_a"),
    a_row("2026-11", "ten_a", cost_micros=30_000, quantity=2),
    a_row("2026-11", "ten_a", conversation_id="conv_2", cost_micros=70_000),
    a_row("2026-11", "ten_a", line="rounding", type="charge", meter=None, cost_micros=-1),
    a_row("2026-11", "ten_b", cost_micros=500_000),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The rows as a closed month's files."""
    folder = tmp_path_factory.mktemp("files")
    return {each.format: each.path for each in DuckDBPartFiles().write(ROWS, folder)}


@pytest.fixture
def lake(files: dict[str, Path]) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables that the saved queries ask; of FOCUS the month is the folder's name on AWS."""
    with duckdb.connect() as connection:
        parquet, focus = files["parquet"], files["focus"]
        month = "strftime(BillingPeriodStart, '%Y-%m') AS billing_period"
        connection.sql("SET TimeZone = 'UTC'")
        connection.sql(f"CREATE VIEW usage_lines AS FROM read_parquet('{parquet}')")
        connection.sql(f"CREATE VIEW focus AS SELECT *, {month} FROM read_parquet('{focus}')")
        yield connection


@pytest.mark.parametrize(("columns", "kind"), [(USAGE_LINES, "parquet"), (FOCUS, "focus")])
def test_the_columns_are_those_of_the_files(
    files: dict[str, Path], columns: dict[str, str], kind: str
) -> None:
    found = duckdb.execute(f"DESCRIBE FROM read_parquet('{files[kind]}')").fetchall()
    written = {name.lower(): GLUE_TYPES.get(type_, type_.lower()) for name, type_, *_ in found}
    written.pop("billing_period", None)  # the partition
    assert list(columns.items()) == list(written.items())


@pytest.mark.parametrize("table", TABLES)
def test_a_table_finds_its_months_by_the_archives_keys(aws_stage: Synthesised, table: str) -> None:
    (found,) = (
        each
        for each in aws_stage.properties("AWS::Glue::Table")
        if each["TableInput"]["Name"] == table
    )
    parameters = found["TableInput"]["Parameters"]
    assert parameters["projection.enabled"] == "true"
    assert parameters["projection.billing_period.format"] == "yyyy-MM"
    template = _text(parameters["storage.location.template"])
    closed = Export(ExportId("exp_1"), "2026-11", NOON, NOON, close=True)
    key = root_of(closed) + file_path(closed, TABLES[table], 0)
    assert f"s3://BUCKET/{key}".startswith(template.replace("${billing_period}", "2026-11"))
    assert template.startswith(_text(found["TableInput"]["StorageDescriptor"]["Location"]))


def test_every_saved_query_belongs_to_the_workgroup(aws_stage: Synthesised) -> None:
    saved = aws_stage.properties("AWS::Athena::NamedQuery")
    assert {each["Name"]: each["QueryString"] for each in saved} == {
        each.name: each.sql.strip() for each in QUERIES
    }
    (workgroup,) = aws_stage.properties("AWS::Athena::WorkGroup")
    (database,) = aws_stage.properties("AWS::Glue::Database")
    for each in saved:
        assert each["WorkGroup"] == workgroup["Name"]
        assert each["Database"] == database["DatabaseInput"]["Name"]


def test_totals_of_a_month(lake: duckdb.DuckDBPyConnection) -> None:
    asked = _asked(lake, "Totals of a month", "2026-11")
    assert [(tenant, currency, total) for tenant, _, _, currency, total in asked] == [
        ("ten_b", "USD", Decimal("0.5")),
        ("ten_a", "USD", Decimal("0.119999")),
    ]


def test_conversations_behind_a_line(lake: duckdb.DuckDBPyConnection) -> None:
    asked = _asked(lake, "Conversations behind a line", "2026-11", "ten_a", "turns")
    assert [(conversation, quantity, cost) for conversation, _, quantity, cost, _ in asked] == [
        ("conv_2", 1, Decimal("0.07")),
        ("conv_1", 3, Decimal("0.05")),
    ]


def test_two_months_compared(lake: duckdb.DuckDBPyConnection) -> None:
    months = ("2026-10", "2026-11")
    assert _asked(lake, "Two months compared", *months, *months) == [
        ("ten_a", "rounding", "USD", 0, Decimal("-0.000001")),
        ("ten_a", "turns", "USD", Decimal("0.02"), Decimal("0.12")),
        ("ten_b", "turns", "USD", 0, Decimal("0.5")),
    ]


def test_focus_by_service(lake: duckdb.DuckDBPyConnection) -> None:
    asked = _asked(lake, "FOCUS: cost by service", "2026-11")
    assert [(account, category, billed) for account, _, category, _, billed, _ in asked] == [
        ("ten_a", "Usage", Decimal("0.12")),
        ("ten_a", "Adjustment", Decimal("-0.000001")),
        ("ten_b", "Usage", Decimal("0.5")),
    ]


def test_the_workgroup_decides_where_results_go(aws_stage: Synthesised) -> None:
    (workgroup,) = aws_stage.properties("AWS::Athena::WorkGroup")
    values = workgroup["WorkGroupConfiguration"]
    assert values["EnforceWorkGroupConfiguration"] is True
    assert values["BytesScannedCutoffPerQuery"] > 0
    results = values["ResultConfiguration"]
    assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert "ArchiveQueryResults" in json.dumps(results["OutputLocation"])
    (bucket,) = aws_stage.properties("AWS::S3::Bucket", "ArchiveQueryResults")
    assert bucket["LifecycleConfiguration"]["Rules"] == [
        {"ExpirationInDays": 30, "Status": "Enabled"}
    ]


def test_finance_reads_closed_months_and_nothing_else(aws_stage: Synthesised) -> None:
    closed, results, others = set[str](), set[str](), set[tuple[str, str]]()
    for action, resource in aws_stage.grants("finance"):
        if "ArchiveBucket" in resource:
            closed.add(action)
            assert action != "s3:GetObject" or resource.endswith('"/closed/*"]]}')
        elif "ArchiveQueryResults" in resource:
            results.add(action)
        else:
            assert "*" not in resource
            service, _, verb = action.partition(":")
            others.add((service, "writes" if verb.startswith(("Start", "Stop")) else "reads"))
    assert closed == {"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"}
    assert not {action for action in results if action.startswith("s3:Delete")}
    assert others == {("athena", "reads"), ("athena", "writes"), ("glue", "reads")}


def _asked(lake: duckdb.DuckDBPyConnection, name: str, *parameters: str) -> list[Any]:
    (query,) = (each for each in QUERIES if each.name == name)
    return lake.execute(query.sql, parameters).fetchall()


def _text(value: Any) -> str:
    """A joined text, the bucket's name being BUCKET."""
    return "".join(each if isinstance(each, str) else "BUCKET" for each in value["Fn::Join"][1])
