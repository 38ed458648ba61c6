"""Whether a request comes from the platform: ``X-Helpdesk-Signature: t=<unix>,v1=<hex>``.

``v1`` is the HMAC-SHA256 of ``<t>.<raw body>``. While a secret is being changed several may stand
there, and any of them counts.
"""

import hashlib
import hmac

HEADER = "X-Helpdesk-Signature"
TOLERANCE_SECONDS = 300


class BadSignature(Exception):
    """The request is not to be trusted; the message says why."""


def verify(header: str | None, body: bytes, secret: str, now_seconds: float) -> None:
    """Raises BadSignature unless the body was signed with the secret within five minutes."""
    fields = [part.strip().partition("=") for part in (header or "").split(",")]
    times = [value for name, _, value in fields if name == "t"]
    given = [value for name, _, value in fields if name == "v1"]
    if len(times) != 1 or not times[0].isascii() or not times[0].isdecimal() or not given:
        raise BadSignature(f"{HEADER} is missing or can't be read.")
    if abs(now_seconds - int(times[0])) > TOLERANCE_SECONDS:
        raise BadSignature(f"{HEADER} is too old.")
    signed = f"{times[0]}.".encode() + body
    right = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    # Bytes, for compare_digest takes no text that is not ASCII.
    if not any(hmac.compare_digest(one.encode(), right.encode()) for one in given):
        raise BadSignature(f"{HEADER} is not of this body and secret.")
