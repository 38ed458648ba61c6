"""Fills a Lambda layer with locked wheels, without Docker; needs uv or pip.

    python layers/build.py LOCK FOLDER lambda|host [--only NAME… | --without NAME…]

``lambda`` means arm64 Linux and Python 3.13, whatever this machine is; ``host`` means this very
machine and interpreter, for an emulator that runs functions on it.
"""

import argparse
import compileall
import importlib.util
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

AWS_SERVICES = frozenset({"dynamodb", "events", "kms", "s3", "secretsmanager", "sqs", "sts"})
"""Those that the product calls: botocore describes 400 more, in most of a layer's files."""

_UV_PLATFORM = ["--python-platform", "aarch64-manylinux_2_28", "--python-version", "3.13"]
_PIP_PLATFORM = [
    *("--implementation", "cp", "--python-version", "3.13"),
    *("--platform", "manylinux_2_28_aarch64", "--platform", "manylinux_2_17_aarch64"),
    *("--platform", "manylinux2014_aarch64"),
]
_STRICT = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--quiet"]

# Command line programs and their like: nothing that a function imports.
_UNWANTED = ("bin", "**/__pycache__", "**/tests", ".lock")


def build(requirements: str, folder: Path, platform: str) -> None:
    """Installs locked requirements into ``folder/python``. Raises CalledProcessError."""
    target = folder / "python"
    with tempfile.TemporaryDirectory() as scratch:
        lock = Path(scratch) / "layer.lock"
        lock.write_text(requirements)
        installer = _installer(platform == "lambda")
        subprocess.run([*installer, "-r", lock, "--target", target], check=True)
    for pattern in _UNWANTED:
        for path in sorted(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for service in target.glob("botocore/data/*/"):
        if service.is_dir() and service.name not in AWS_SERVICES:
            shutil.rmtree(service)
    if platform == "host":
        _compile(target)


def chosen(lock: str, only: Collection[str], without: Collection[str]) -> str:
    """The part of a lock file that names these packages, or all others.

    Raises SystemExit when one of them is not there.
    """
    # A package comes twice where its version depends on Python's.
    parts = [(part.partition("==")[0], part) for part in re.split(r"(?m)^(?=\w)", lock)[1:]]
    if missing := {*only, *without} - {name for name, _ in parts}:
        raise SystemExit(f"Not in the lock file: {', '.join(sorted(missing))}")
    wanted = {*only} or {name for name, _ in parts if name not in without}
    return "".join(part for name, part in parts if name in wanted)


def _compile(target: Path) -> None:
    """Halves a cold start where this very interpreter runs the layer. Not for Lambda: its bytecode
    would depend on whether this machine has a Python 3.13."""
    compileall.compile_dir(
        target, quiet=2, workers=0, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )


def _installer(for_lambda: bool) -> list[str]:
    uv = shutil.which("uv", path=os.pathsep.join([*_beside(), os.environ.get("PATH", "")]))
    if uv:
        where = _UV_PLATFORM if for_lambda else []
        return [uv, "pip", "install", "--python", sys.executable, *where, *_STRICT]
    if importlib.util.find_spec("pip"):
        where = _PIP_PLATFORM if for_lambda else []
        return [sys.executable, "-m", "pip", "install", "--no-compile", *where, *_STRICT]
    raise SystemExit("Neither uv nor pip is to be had: install uv (https://docs.astral.sh/uv/).")


def _beside() -> list[str]:
    """Where uv lies when it came with the checkout's own environments."""
    root = Path(__file__).resolve().parents[1]
    return [str(Path(sys.executable).parent), str(root / ".bootstrap" / "bin")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("platform", choices=("lambda", "host"))
    parser.add_argument("--only", nargs="+", default=())
    parser.add_argument("--without", nargs="+", default=())
    given = parser.parse_args()
    wanted = chosen(given.lock.read_text(), given.only, given.without)
    build(wanted, given.folder, given.platform)
