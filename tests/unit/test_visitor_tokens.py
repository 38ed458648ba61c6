"""Visitors' tokens: what was written is read, whatever else is refused."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk.conversations import EndUser
from helpdesk.errors import Unauthenticated
from helpdesk.ids import KeyId, TenantId, VisitorId
from helpdesk.visitor_tokens import PREFIX, Visitor, VisitorSession, VisitorTokens
from tests.fakes.root_secrets import MemoryRootSecrets

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROOTS = MemoryRootSecrets()
TOKENS = VisitorTokens(ROOTS, lambda: NOON)


def session(user=None, ends=NOON + timedelta(minutes=15), tenant="ten_1"):
    visitor = Visitor(VisitorId("vis_1"), ends, user)
    return VisitorSession(TenantId(tenant), KeyId("key_1"), visitor)


ADA = session(EndUser("u-1", "Ada 🦊", "ada@shop.example"))
TOKEN = TOKENS.write(ADA)


def refused(token, tokens=TOKENS):
    with pytest.raises(Unauthenticated):
        tokens.read(token)
    return True


@given(
    user=st.none()
    | st.builds(
        EndUser,
        st.text(min_size=1, max_size=255),
        st.none() | st.text(min_size=1, max_size=255),
        st.none() | st.text(min_size=1, max_size=255),
    ),
    seconds=st.integers(1, 900),
)
def test_what_was_written_is_read(user, seconds):
    written = session(user, NOON + timedelta(seconds=seconds))

    token = TOKENS.write(written)

    assert TOKENS.read(token) == written
    assert token.isascii()
    assert token.startswith("hd_vt_")


@given(st.integers(0, len(TOKEN) - 1), st.characters())
@example(len(TOKEN) - 1, "=")
def test_no_character_can_be_another(place, character):
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]

    assert changed == TOKEN or refused(changed)


@given(st.integers(0, len(TOKEN) - 1), st.integers(0, 6))
def test_no_bit_can_be_flipped(place, bit):
    flipped = chr(ord(TOKEN[place]) ^ (1 << bit))

    assert refused(TOKEN[:place] + flipped + TOKEN[place + 1 :])


@given(st.integers(0, len(TOKEN) - 1), st.text(max_size=5))
def test_nothing_can_be_cut_off_or_added(place, more):
    assert refused(TOKEN[:place])
    assert refused(TOKEN[place + 1 :])
    assert not more or refused(TOKEN + more)
    assert not more or refused(TOKEN[:place] + more + TOKEN[place:])


@given(st.text(max_size=300))
@example("")
@example(".")
@example("\ud800.\ud800")
def test_nothing_made_up_is_a_token(text):
    assert refused(text)
    assert refused(PREFIX + text)


def test_nobody_can_write_another_tenant_or_a_later_end_into_it():
    content, signature = TOKEN.removeprefix(PREFIX).split(".")
    payload = json.loads(base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)))

    for change in ({"ten": "ten_2"}, {"exp": payload["exp"] + 900}, {"user": {"id": "u-2"}}):
        forged = json.dumps(payload | change, separators=(",", ":"), ensure_ascii=False)
        other = base64.urlsafe_b64encode(forged.encode()).decode().rstrip("=")
        assert refused(f"{PREFIX}{other}.{signature}")


def test_the_parts_of_two_tokens_make_none():
    mine, theirs = (TOKENS.write(session(tenant=each)) for each in ("ten_1", "ten_2"))

    assert refused(f"{mine.split('.')[0]}.{theirs.split('.')[1]}")


def test_it_ends_when_it_says():
    ends = ADA.visitor.expires_at
    before = VisitorTokens(ROOTS, lambda: ends - timedelta(milliseconds=1))
    assert before.read(TOKEN) == ADA

    assert refused(TOKEN, VisitorTokens(ROOTS, lambda: ends))


def test_a_token_outlives_the_replacement_of_the_root_but_not_its_end():
    roots = MemoryRootSecrets()
    tokens = VisitorTokens(roots, lambda: NOON)
    old = tokens.write(ADA)
    roots.replace()
    new = tokens.write(ADA)

    assert old != new
    assert tokens.read(old) == tokens.read(new) == ADA
    roots.forget_previous()
    assert tokens.read(new) == ADA
    assert refused(old, tokens)
