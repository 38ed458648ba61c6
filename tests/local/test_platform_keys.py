"""The secrets of this machine's stage: filled once, and then left alone."""

import json
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from local.deploy import Outputs
from local.emulator import Emulator
from local.platform_keys import fill_secrets
from local.settings import Models

OUTPUTS = Outputs("api", "live", "chat", "platform-keys", "model-keys", "signing")
MODELS = Models("http://m/v1", "m", "k", "http://e/v1", "e", 384, "k", needs_model_server=False)


@pytest.fixture
def secrets():
    with mock_aws():
        client = boto3.client("secretsmanager", "us-east-1")
        for name in (OUTPUTS.platform_keys_secret, OUTPUTS.model_keys_secret):
            client.create_secret(Name=name, SecretString="random")
        yield client


class _Emulator:
    def __init__(self, secrets: Any) -> None:
        self._secrets = secrets

    def client(self, _service: str) -> Any:
        return self._secrets


def _filled(secrets):
    keys = fill_secrets(cast(Emulator, _Emulator(secrets)), OUTPUTS, MODELS)
    return keys, json.loads(
        secrets.get_secret_value(SecretId=OUTPUTS.signing_secret)["SecretString"]
    )


@pytest.mark.parametrize(
    "made", ["random", "{}", '{"current": "beef"}', '{"current": "]~X"}', '{"current": null}']
)
def test_what_the_emulator_made_is_replaced_by_a_root_that_stays(secrets, made):
    secrets.create_secret(Name=OUTPUTS.signing_secret, SecretString=made)

    keys, signing = _filled(secrets)

    assert len(bytes.fromhex(signing["current"])) == 32
    assert _filled(secrets) == (keys, signing)


def test_a_root_that_is_being_replaced_is_left_alone(secrets):
    replacing = {"current": "ab" * 32, "previous": "cd" * 32}
    secrets.create_secret(Name=OUTPUTS.signing_secret, SecretString=json.dumps(replacing))

    assert _filled(secrets)[1] == replacing
