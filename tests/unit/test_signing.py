"""Signing secrets: rotated without a gap, for calls of ours and for customers' ids."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.errors import NotFound
from helpdesk.ids import TenantId
from helpdesk.signing import OVERLAP, Signing, sign, verify_identity
from tests.fakes.keys import MemoryKeys
from tests.fakes.root_secrets import MemoryRootSecrets
from tests.fakes.tariffs import standard_tenant
from tests.fakes.tenants import MemoryTenants

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACME, RIVAL = TenantId("ten_1"), TenantId("ten_2")
BODY = b'{"order": "4711"}'


class World:
    """Two tenants, the root, and a clock."""

    def __init__(self):
        self.now = NOON
        self.roots = MemoryRootSecrets()
        self.tenants = MemoryTenants(MemoryKeys())
        for tenant in (ACME, RIVAL):
            self.tenants.add(standard_tenant(tenant, since=NOON), [])
        self.signing = Signing(self.tenants, self.roots, lambda: self.now)

    def secrets(self, tenant=ACME):
        return self.signing.secrets_of(tenant)


@pytest.fixture
def world():
    return World()


def mac(text, message):
    """What a receiver works out, from nothing but the secret as it was shown."""
    return hmac.new(text.encode(), message, hashlib.sha256).hexdigest()


def test_a_secret_is_the_tenants_own_and_always_the_same(world):
    secrets = world.secrets()

    assert secrets == world.secrets()
    assert (secrets.current.version, secrets.current.expires_at) == (1, None)
    assert secrets.current.text.startswith("hd_sig_")
    assert len(secrets.current.text) == len("hd_sig_") + 64
    assert secrets.previous is None
    assert secrets.current != world.secrets(RIVAL).current
    assert secrets.current.text not in repr(secrets)
    with pytest.raises(NotFound):
        world.secrets(TenantId("ten_3"))


def test_after_a_rotation_both_hold_for_a_day(world):
    before = world.secrets().current
    rotated = world.signing.rotate(ACME)

    assert rotated == world.secrets()
    assert rotated.current.version == 2
    assert rotated.current.text != before.text
    assert rotated.previous.text == before.text
    assert rotated.previous.expires_at == NOON + OVERLAP
    world.now = NOON + OVERLAP - timedelta(milliseconds=1)
    assert world.secrets().previous == rotated.previous
    world.now = NOON + OVERLAP
    assert list(world.secrets()) == [rotated.current]


def test_two_rotations_retire_a_secret_at_once(world):
    first = world.secrets().current
    world.signing.rotate(ACME)
    world.signing.rotate(ACME)

    assert [each.version for each in world.secrets()] == [3, 2]
    assert first.text not in {each.text for each in world.secrets()}


def test_a_call_is_signed_over_its_time_and_body(world):
    secrets = world.secrets()

    expected = mac(secrets.current.text, b"1795521600." + BODY)
    assert sign(secrets, 1795521600, BODY) == f"t=1795521600,v1={expected}"


def test_during_an_overlap_a_call_carries_both_signatures(world):
    old = world.secrets()
    new = world.signing.rotate(ACME)

    time, *both = sign(new, 7, BODY).split(",")
    assert time == "t=7"
    assert both == [f"v1={mac(each.text, b'7.' + BODY)}" for each in (new.current, old.current)]


def test_while_the_root_is_replaced_signatures_of_both_roots_are_there(world):
    world.signing.rotate(ACME)
    noted = [each.text for each in world.secrets()]
    world.roots.replace()
    secrets = world.secrets()

    assert [each.version for each in secrets] == [2, 1, 2, 1]
    assert [each.text for each in secrets.by_former_root] == noted
    assert not {secrets.current.text, secrets.previous.text} & set(noted)
    assert sign(secrets, 7, BODY).count("v1=") == 4
    for each in secrets:
        assert verify_identity(secrets, "u-17", mac(each.text, b"u-17"))
    world.roots.forget_previous()
    assert not verify_identity(world.secrets(), "u-17", mac(noted[0], b"u-17"))


def test_an_identity_is_believed_by_any_secret_that_holds(world):
    old = world.secrets().current
    new = world.signing.rotate(ACME).current

    for each in (old, new):
        assert verify_identity(world.secrets(), "kundin-ü", mac(each.text, "kundin-ü".encode()))
    assert verify_identity(world.secrets(), "u", mac(new.text, b"u").upper())
    world.now = NOON + OVERLAP
    assert not verify_identity(world.secrets(), "u", mac(old.text, b"u"))


@pytest.mark.parametrize("signature", ["", "0" * 64, "é", "f" * 1000, "hd_sig_"])
def test_another_signature_is_not_believed(world, signature):
    secrets = world.secrets()

    assert not verify_identity(secrets, "u-17", signature)
    assert not verify_identity(secrets, "u-18", mac(secrets.current.text, b"u-17"))
    rivals = world.secrets(RIVAL).current.text
    assert not verify_identity(secrets, "u-17", mac(rivals, b"u-17"))
