"""The root of signatures: read from its secret, believed for a minute, never shown."""

import json
import secrets as chance

import pytest

from helpdesk.adapters.secrets_manager import KNOWN_FOR_SECONDS, SecretsManagerRootSecrets
from helpdesk.clock import utc_now
from helpdesk.errors import Unavailable
from helpdesk.ids import new_id
from helpdesk.ports import RootSecrets
from helpdesk.roots import Roots
from tests.fakes.root_secrets import MemoryRootSecrets

CLOUDS = pytest.mark.parametrize("cloud", ["moto", "ministack", "local_stack"], indirect=True)


@pytest.fixture
def secrets(cloud):
    return cloud.client("secretsmanager") if cloud else None


@pytest.fixture
def secret_id():
    """A secret of the test's own."""
    return new_id("secret", utc_now())


def _text(roots):
    texts = {"current": roots.current.hex()}
    return json.dumps(texts | ({"previous": roots.previous.hex()} if roots.previous else {}))


@pytest.mark.parametrize("replaced", [False, True])
def test_the_roots_are_those_of_the_secret(secrets, secret_id, replaced):
    fake = MemoryRootSecrets()
    if replaced:
        fake.replace()
    held: RootSecrets = fake
    if secrets:
        secrets.create_secret(Name=secret_id, SecretString=_text(fake.roots()))
        held = SecretsManagerRootSecrets(secrets, secret_id)

    roots = held.roots()

    assert (roots.previous is not None) == replaced
    assert len(roots.derived("a label")) == 1 + replaced
    assert roots == fake.roots()
    assert roots.current.hex() not in repr(roots)


@CLOUDS
def test_a_replaced_root_is_known_for_a_minute_and_no_longer(secrets, secret_id):
    seconds = 0.0
    old, new = Roots(chance.token_bytes(32)), Roots(chance.token_bytes(32))
    secrets.create_secret(Name=secret_id, SecretString=_text(old))
    held = SecretsManagerRootSecrets(secrets, secret_id, lambda: seconds)
    held.roots()
    secrets.put_secret_value(SecretId=secret_id, SecretString=_text(new))

    seconds = KNOWN_FOR_SECONDS - 1
    assert held.roots() == old
    seconds = KNOWN_FOR_SECONDS
    assert held.roots() == new


@CLOUDS
@pytest.mark.parametrize(
    "text", ["beef", '{"current": "beef"}', '{"current": "a secret"}', '{"previous": "beef"}']
)
def test_a_secret_of_another_shape_is_unavailable_and_stays_secret(secrets, secret_id, text):
    secrets.create_secret(Name=secret_id, SecretString=text)

    with pytest.raises(Unavailable) as refusal:
        SecretsManagerRootSecrets(secrets, secret_id).roots()

    assert not any(word in str(refusal.value) for word in ("beef", "a secret "))
    assert refusal.value.__cause__ is None


@CLOUDS
def test_a_secret_that_is_not_there_yet_is_unavailable(secrets, secret_id):
    with pytest.raises(Unavailable):
        SecretsManagerRootSecrets(secrets, secret_id).roots()
