"""The law of imports (helpdesk/__init__.py), and the few places that read the environment."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "shared" / "python" / "helpdesk"

_TOLD = ("", "turn_", "pipeline_", "delivery_", "billing_", "usage_")
TELEMETRY = {f"helpdesk.{name}telemetry" for name in _TOLD}
CORE = ("", "billing/", "ports/")
NOT_CORE = {"helpdesk.wiring", "helpdesk.settings", "helpdesk.edge", "helpdesk.adapters"}
SHARED_BY_ADAPTERS = {
    "helpdesk.adapters.aws_errors",
    "helpdesk.adapters.partial_failures",
    "helpdesk.adapters.outbound_http",
    "helpdesk.adapters.public_addresses",
}
SDKS = {
    "boto3",
    "botocore",
    "openai",
    "opensearchpy",
    "httpx2",
    "duckdb",
    "jsonschema_rs",
    "numpy",
    "docx",
    "pypdf",
    "reportlab",
    "pymupdf_fonts",
}
ENVIRONMENT_READERS = {
    "shared/python/helpdesk/wiring/clients.py",
    "cli/settings.py",
    "local/settings.py",
    "layers/build.py",  # hands its own environment on to the installer
}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def within(name: str, names: set[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in names)


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    """The modules that a file imports; ``from a import b`` counts as ``a.b``."""
    tree = ast.parse(path.read_text())
    for node in tree.body if top_only else ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module, names, 0):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.ImportFrom():
                pytest.fail(f"{path}: imports are absolute")


def third_party(path: Path, *, top_only: bool = False) -> set[str]:
    roots = {name.partition(".")[0] for name in imports(path, top_only=top_only)}
    return roots - sys.stdlib_module_names - {"helpdesk"}


def test_the_core_knows_only_itself_pydantic_and_the_standard_library():
    for path in sorted(each for folder in CORE for each in PACKAGE.glob(f"{folder}*.py")):
        if name_of(path) in TELEMETRY:
            continue
        assert third_party(path) <= {"pydantic"}, path
        outside = NOT_CORE | TELEMETRY
        assert not [each for each in imports(path) if within(each, outside)], path


def test_the_edge_knows_http_and_the_core():
    for path in modules("shared/python/helpdesk/edge"):
        forbidden = {"helpdesk.wiring", "helpdesk.settings", "helpdesk.adapters"} | SDKS
        assert not [each for each in imports(path) if within(each, forbidden)], path


def test_adapters_do_not_know_each_other():
    for path in modules("shared/python/helpdesk/adapters"):
        own = {".".join(name_of(path).split(".")[:3])}
        for each in imports(path):
            if within(each, {"helpdesk.adapters"}):
                assert within(each, own | SHARED_BY_ADAPTERS), f"{path}: {each}"
            assert not within(each, (NOT_CORE - {"helpdesk.adapters"}) | TELEMETRY), path


def test_wiring_alone_imports_adapters_and_loads_them_late():
    for path in modules("shared/python/helpdesk/wiring"):
        assert third_party(path, top_only=True) == set(), path
        at_once = imports(path, top_only=True)
        assert not [each for each in at_once if within(each, {"helpdesk.adapters"})], path


def test_functions_know_neither_sdks_nor_adapters():
    for path in modules("functions"):
        forbidden = {"helpdesk.adapters", "helpdesk.settings"} | SDKS
        assert not [each for each in imports(path) if within(each, forbidden)], path


def test_nothing_that_is_deployed_knows_what_surrounds_it():
    for path in modules("functions", "shared", "infra"):
        forbidden = {"local", "cli", "tests", "benchmarks"}
        assert not [each for each in imports(path) if within(each, forbidden)], path
    for path in modules("infra"):
        assert not [n for n in imports(path) if within(n, {"helpdesk", "functions"})], path


def test_the_environment_is_read_in_few_places():
    for path in modules("functions", "shared", "infra", "layers", "local", "cli"):
        if path.relative_to(ROOT).as_posix() in ENVIRONMENT_READERS:
            continue
        source = path.read_text()
        assert "os.environ" not in source, path
        assert "getenv" not in source, path
