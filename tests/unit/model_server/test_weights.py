"""Only the files that were examined are used."""

import json

import numpy as np
import pytest

from local.model_server.weights import WeightsError, find_model_files, read_safetensors, verify


def test_the_installed_files_are_the_examined_ones():
    files = find_model_files()
    assert files.weights.name == "model.safetensors"
    assert files.tokenizer.name == "tokenizer.json"


def test_a_changed_file_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"something else")
    with pytest.raises(WeightsError, match="not the file that was examined"):
        verify(path, "00" * 32)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(WeightsError, match="is missing"):
        verify(tmp_path / "model.safetensors", "00" * 32)


def test_safetensors_are_read(tmp_path):
    numbers = np.arange(6, dtype="<f4")
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "places": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
            "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [8, 32]},
        }
    ).encode()
    path = tmp_path / "small.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8) + numbers.tobytes())
    tensors = read_safetensors(path)
    assert list(tensors) == ["weight"]
    assert tensors["weight"].tolist() == [[0, 1, 2], [3, 4, 5]]
