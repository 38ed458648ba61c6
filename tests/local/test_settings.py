"""Ports and models follow from the environment; what can't be used is said."""

from pathlib import Path

import pytest

from local.settings import Place, StageError, clean_environment, models, place

HERE = Place(9000, Path("/nowhere"))


def test_every_port_follows_from_one():
    here = place({"HELPDESK_PORT": "9000"})
    assert (here.port, here.emulator_port, here.model_server_port) == (9000, 9001, 9002)
    assert here.shop_url == "http://127.0.0.1:9003"
    assert place({}).base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize("port", ["http", "0", "-1", "65533", "8080.5"])
def test_a_bad_port_is_refused(port):
    with pytest.raises(StageError, match="HELPDESK_PORT"):
        place({"HELPDESK_PORT": port})


def test_without_a_word_the_model_server_does_both():
    own = models(HERE, {})
    assert own.needs_model_server
    assert own.url == own.embedding_url == "http://127.0.0.1:9002/v1"


def test_a_language_model_elsewhere_leaves_the_embeddings_here():
    chosen = models(HERE, {"OPENAI_BASE_URL": "http://llm/v1", "HELPDESK_MODEL": "m"})
    assert (chosen.url, chosen.name, chosen.needs_model_server) == ("http://llm/v1", "m", True)
    assert chosen.embedding_url == "http://127.0.0.1:9002/v1"


def test_both_elsewhere_need_no_model_server():
    chosen = models(HERE, _elsewhere())
    assert not chosen.needs_model_server
    assert (chosen.embedding_name, chosen.embedding_dimensions) == ("e", 1536)


@pytest.mark.parametrize("missing", ["HELPDESK_MODEL", "HELPDESK_EMBEDDING_DIMENSIONS"])
def test_half_a_choice_is_refused(missing):
    environ = _elsewhere()
    del environ[missing]
    with pytest.raises(StageError, match=missing):
        models(HERE, environ)


def test_another_key_is_noticed_and_not_told():
    one, other = (
        models(HERE, _elsewhere() | {"OPENAI_API_KEY": key}) for key in ("sk-one", "sk-other")
    )
    assert one.fingerprint(HERE) != other.fingerprint(HERE)
    assert "sk-one" not in one.fingerprint(HERE)


def test_secrets_of_the_shell_stay_there():
    assert clean_environment({"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "s"}) == {"PATH": "/bin"}


def _elsewhere() -> dict[str, str]:
    return {
        "OPENAI_API_KEY": "sk",
        "HELPDESK_MODEL": "m",
        "HELPDESK_EMBEDDING_BASE_URL": "http://embed/v1",
        "HELPDESK_EMBEDDING_MODEL": "e",
        "HELPDESK_EMBEDDING_DIMENSIONS": "1536",
    }
