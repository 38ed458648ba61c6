"""The layers: a function has what it imports, and what it has runs on Lambda."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from infra.stages import ROOT
from layers.build import AWS_SERVICES, chosen
from tests.infra.synthesis import CAPABILITIES, Resource, Synthesised, app_of

_LAMBDA_LIMIT_BYTES = 250 * 1024 * 1024
_ELF_AARCH64 = 183

_IMPORT_ONE = """
import sys
sys.path[:0] = sys.argv[2:]
__import__(sys.argv[1])
"""
_IMPORT_ALL = """
import pkgutil, sys
sys.path[:0] = sys.argv[2:]
package = __import__(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, f"{sys.argv[1]}."):
    __import__(module.name)
"""


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    """The one-machine stage with its layers built, for this machine and interpreter."""
    outdir = tmp_path_factory.mktemp("assets")
    app_of("local", outdir, bundled=True).synth()
    service = json.loads((outdir / "Helpdesk-local-Service.template.json").read_text())
    return Synthesised("local", outdir, {"Resources": {}}, service)


@pytest.fixture(scope="module")
def lambda_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dependency layers as AWS stages get them, one beside the other."""
    folder = tmp_path_factory.mktemp("layer")
    for name in ("layer", "billing_layer"):
        lock = ROOT / "requirements" / f"{name}.lock"
        build = [ROOT / "layers" / "build.py", lock, folder / name, "lambda"]
        subprocess.run([sys.executable, *map(str, build)], check=True)
    return folder


@pytest.mark.parametrize("capability", CAPABILITIES)
def test_a_function_imports_from_its_assets_alone(assets: Synthesised, capability: str) -> None:
    function = assets.function(capability)
    layers = assets.resources("AWS::Lambda::LayerVersion")
    module = "app" if function["Handler"] == "run.sh" else "handler"
    environment = {
        name: value if isinstance(value, str) else "deployed"
        for name, value in function["Environment"]["Variables"].items()
    }
    folders = [_asset(assets, function["Code"]["S3Key"])]
    folders += [_python(assets, layers[layer["Ref"]]) for layer in function["Layers"]]
    _import_alone(_IMPORT_ONE, module, folders, environment)


def test_the_whole_product_imports_from_the_layers_alone(assets: Synthesised) -> None:
    layers = assets.resources("AWS::Lambda::LayerVersion").values()
    _import_alone(_IMPORT_ALL, "helpdesk", [_python(assets, layer) for layer in layers], {})


def test_no_asset_holds_leftovers(assets: Synthesised) -> None:
    functions = assets.properties("AWS::Lambda::Function")
    keys = [function["Code"]["S3Key"] for function in functions]
    (shared,) = assets.properties("AWS::Lambda::LayerVersion", "LayersShared")
    keys.append(shared["Content"]["S3Key"])
    for key in keys:
        assert not [*_asset(assets, key).rglob("__pycache__")]


def test_lambda_gets_wheels_for_its_own_processor(lambda_layer: Path) -> None:
    libraries = [path for path in lambda_layer.rglob("*.so*") if path.is_file()]
    assert libraries
    for library in libraries:
        header = library.read_bytes()[:20]
        assert int.from_bytes(header[18:20], "little") == _ELF_AARCH64, library
    versions = {path.name.split(".")[1] for path in libraries if ".cpython-" in path.name}
    assert {version.split("-")[1] for version in versions} == {"313"}


def test_the_layers_fit_into_lambda(lambda_layer: Path) -> None:
    shared = _bytes(ROOT / "shared" / "python")
    everywhere, billing = (_bytes(lambda_layer / name) for name in ("layer", "billing_layer"))
    assert shared + everywhere < _LAMBDA_LIMIT_BYTES / 2
    assert shared + everywhere + billing < _LAMBDA_LIMIT_BYTES * 0.9


def test_only_what_searches_carries_its_clients(stage: Synthesised) -> None:
    layers = {
        each: {layer.get("Ref", "WebAdapter")[:-8] for layer in stage.function(each)["Layers"]}
        for each in CAPABILITIES
    }
    basics = {"LayersShared", "LayersDependencies"}
    clients = {"LayersClients", "LayersIndex"} if stage.name == "local" else {"LayersClients"}
    more = {**dict.fromkeys(("api", "chat", "embedding"), clients), "billing": {"LayersBilling"}}
    for capability, given in layers.items():
        assert given - {"We"} == basics | more.get(capability, set())


def test_a_layer_describes_every_aws_service_that_is_called() -> None:
    wiring = ROOT / "shared" / "python" / "helpdesk" / "wiring"
    written = "".join(path.read_text() for path in wiring.glob("*.py"))
    called = set(re.findall(r'\bclient\("(\w+)"', written))
    assert called
    assert called <= AWS_SERVICES


def test_a_part_of_a_lock_file_is_whole() -> None:
    for name in ("layer.lock", "index_layer.lock", "billing_layer.lock"):
        lock = (ROOT / "requirements" / name).read_text()
        assert chosen(lock, [], []) == lock
    lock = (ROOT / "requirements" / "layer.lock").read_text()
    apart = chosen(lock, ["openai"], []) + chosen(lock, [], ["openai"])
    assert sorted(apart.splitlines()) == sorted(lock.splitlines())
    with pytest.raises(SystemExit, match="Not in the lock file: nobody"):
        chosen(lock, ["nobody"], [])


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _import_alone(
    program: str, name: str, folders: Sequence[Path], environment: Mapping[str, str]
) -> None:
    """Imports with nothing on the path but the standard library and these folders."""
    imported = subprocess.run(
        [sys.executable, "-B", "-I", "-S", "-c", program, name, *map(str, folders)],
        env={**environment, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported.returncode == 0, imported.stderr


def _python(stage: Synthesised, layer: Resource) -> Path:
    return _asset(stage, layer["Properties"]["Content"]["S3Key"]) / "python"


def _asset(stage: Synthesised, key: str) -> Path:
    folder = stage.folder / f"asset.{key.removesuffix('.zip')}"
    assert folder.is_dir()
    return folder
