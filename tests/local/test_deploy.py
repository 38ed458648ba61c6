"""When there is something to deploy."""

import pytest

from local.deploy import content_hash

CONTEXT = {"stage": "local", "model_url": "http://m/v1"}


@pytest.fixture
def checkout(tmp_path):
    for name in ("app.py", "cdk.json", "package-lock.json", "requirements/layer.lock"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    for lock in ("index_layer.lock", "billing_layer.lock"):
        (tmp_path / "requirements" / lock).write_text("")
    for folder in ("infra", "functions/chat", "shared/python/helpdesk", "layers"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "code.py").write_text("1")
    return tmp_path


@pytest.mark.parametrize(
    "path", ["functions/chat/code.py", "infra/new.py", "requirements/layer.lock", "app.py"]
)
def test_a_change_is_noticed(checkout, path):
    before = content_hash(CONTEXT, checkout)
    (checkout / path).write_text("2")
    assert content_hash(CONTEXT, checkout) != before


def test_another_model_is_a_change(checkout):
    other = CONTEXT | {"model_url": "http://n/v1"}
    assert content_hash(CONTEXT, checkout) != content_hash(other, checkout)


def test_what_python_leaves_behind_is_none(checkout):
    before = content_hash(CONTEXT, checkout)
    cache = checkout / "infra" / "__pycache__"
    cache.mkdir()
    (cache / "code.pyc").write_text("2")
    (checkout / "README.md").write_text("2")
    assert content_hash(CONTEXT, checkout) == before
