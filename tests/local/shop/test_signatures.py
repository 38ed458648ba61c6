"""Only what the secret's owner signed, lately, is believed."""

import hashlib
import hmac

import httpx2
import pytest

from local.shop.app import create_app
from local.shop.database import Database
from local.shop.signatures import BadSignature, verify
from tests.local.shop.conftest import NOW_SECONDS

BODY, SECRET, NOW = b'{"a":1}', "s3cret", 1_795_000_000


def mac(body: bytes = BODY, secret: str = SECRET, at: int = NOW) -> str:
    return hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def test_the_signature_of_a_known_example_is_believed():
    known = "66ef648639d5226245f765ca0416c5549c32aab329ad5708610bb4d8a1ac84e5"
    verify(f"t={NOW},v1={known}", BODY, SECRET, NOW)


@pytest.mark.parametrize("seconds", [0, 300, -300])
def test_what_was_signed_lately_is_believed(seconds):
    verify(f"t={NOW},v1={mac()}", BODY, SECRET, NOW + seconds)


def test_any_of_several_signatures_counts():
    verify(f"t={NOW}, v1={mac(secret='old')}, v1={mac()}", BODY, SECRET, NOW)


@pytest.mark.parametrize("seconds", [301, -301])
def test_what_was_signed_long_ago_is_refused(seconds):
    with pytest.raises(BadSignature, match="too old"):
        verify(f"t={NOW},v1={mac()}", BODY, SECRET, NOW + seconds)


@pytest.mark.parametrize(
    "header",
    [
        f"t={NOW},v1={mac(b'{}')}",
        f"t={NOW},v1={mac(secret='other')}",
        f"t={NOW + 1},v1={mac()}",
        f"t={NOW},v1={mac()[:-1]}",
        f"t={NOW},v1=ü",
    ],
)
def test_what_is_signed_otherwise_is_refused(header):
    with pytest.raises(BadSignature, match="not of this body"):
        verify(header, BODY, SECRET, NOW)


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "nonsense", f"v1={mac()}", f"t={NOW}", f"t=x,v1={mac()}", f"t=²,v1={mac()}"),
        *(f"t={NOW},t={NOW},v1={mac()}", f"t={NOW},v0={mac()}"),
    ],
)
def test_what_can_not_be_read_is_refused(header):
    with pytest.raises(BadSignature, match="can't be read"):
        verify(header, BODY, SECRET, NOW)


@pytest.fixture
async def signed_shop(database: Database):
    app = create_app(database, SECRET, lambda: NOW_SECONDS)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders/LF-1042?customer_id=cus_ada"),
        ("POST", "/refunds"),
        ("GET", "/refunds/by-key/act_1"),
        ("POST", "/shipments/cancel"),
        ("POST", "/shipments/restore"),
    ],
)
async def test_a_shop_with_a_secret_hears_only_who_signs(signed_shop, method, path):
    body = b'{"order_id":"LF-1042","amount":"20.00","customer_id":"cus_ada"}'
    content = body if method == "POST" else b""
    unsigned = await signed_shop.request(method, path, content=content)
    assert (unsigned.status_code, unsigned.json()["code"]) == (401, "bad_signature")

    signature = f"t={int(NOW_SECONDS)},v1={mac(content, at=int(NOW_SECONDS))}"
    headers = {"X-Helpdesk-Signature": signature}
    signed = await signed_shop.request(method, path, content=content, headers=headers)
    assert signed.status_code != 401


@pytest.mark.anyio
async def test_who_runs_the_shop_needs_no_signature(signed_shop):
    for path in ("/health", "/ledger", "/openapi.json"):
        assert (await signed_shop.get(path)).status_code == 200
