"""Cached keys: believed for a minute, guesses for seconds, and never without bounds."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import identity
from helpdesk.identity import CachedKeys
from helpdesk.ids import KeyId, TenantId
from helpdesk.keys import Key, Role

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TENANT = TenantId("ten_1")


def _key(number):
    return Key(KeyId(f"key_{number}"), TENANT, Role.SECRET, f"hash-{number}", "hd_sk_…", NOON)


class _CountedKeys:
    """Keys in memory that count how often they are looked up."""

    def __init__(self, *keys):
        self.held = {key.hash: key for key in keys}
        self.lookups = 0

    def by_hash(self, key_hash):
        self.lookups += 1
        return self.held.get(key_hash)

    def add(self, key):
        self.held[key.hash] = key

    def of_tenant(self, tenant):
        return [key for key in self.held.values() if key.tenant == tenant]

    def revoke(self, tenant, key):
        self.held = {h: each for h, each in self.held.items() if each.id != key}


class _Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def pass_seconds(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return _Clock()


def test_a_known_key_is_looked_up_once_a_minute(clock):
    table = _CountedKeys(_key(1))
    cached = CachedKeys(table, clock)

    for _ in range(60):
        assert cached.by_hash("hash-1") == _key(1)
        clock.pass_seconds(1)
    assert table.lookups == 1
    cached.by_hash("hash-1")
    assert table.lookups == 2


def test_a_key_that_was_revoked_elsewhere_stops_within_a_minute(clock):
    table = _CountedKeys(_key(1))
    cached = CachedKeys(table, clock)
    cached.by_hash("hash-1")

    table.revoke(TENANT, KeyId("key_1"))
    clock.pass_seconds(60)

    assert cached.by_hash("hash-1") is None


def test_a_key_that_was_revoked_here_stops_at_once(clock):
    cached = CachedKeys(_CountedKeys(_key(1), _key(2)), clock)
    cached.by_hash("hash-1")

    cached.revoke(TENANT, KeyId("key_1"))

    assert cached.by_hash("hash-1") is None
    assert cached.by_hash("hash-2") == _key(2)


def test_a_guess_reaches_the_table_once_in_five_seconds(clock):
    table = _CountedKeys()
    cached = CachedKeys(table, clock)

    for _ in range(100):
        assert cached.by_hash("guess") is None
    assert table.lookups == 1
    clock.pass_seconds(5)
    cached.by_hash("guess")
    assert table.lookups == 2


def test_a_key_that_was_a_guess_before_it_was_made_works_at_once(clock):
    cached = CachedKeys(_CountedKeys(), clock)
    assert cached.by_hash("hash-1") is None

    cached.add(_key(1))

    assert cached.by_hash("hash-1") == _key(1)


def test_guesses_do_not_evict_known_keys(clock, monkeypatch):
    monkeypatch.setattr(identity, "_MOST_REMEMBERED", 10)
    table = _CountedKeys(_key(1))
    cached = CachedKeys(table, clock)
    cached.by_hash("hash-1")

    for number in range(1000):
        cached.by_hash(f"guess-{number}")
    cached.by_hash("hash-1")

    assert table.lookups == 1001
    assert len(cached._unknown) == 10


def test_the_oldest_of_too_many_keys_is_forgotten(clock, monkeypatch):
    monkeypatch.setattr(identity, "_MOST_REMEMBERED", 10)
    table = _CountedKeys(*map(_key, range(20)))
    cached = CachedKeys(table, clock)

    for number in range(20):
        cached.by_hash(f"hash-{number}")

    assert len(cached._known) == 10
    cached.by_hash("hash-19")
    assert table.lookups == 20
    cached.by_hash("hash-0")
    assert table.lookups == 21


def test_threads_see_one_truth(clock):
    cached = CachedKeys(_CountedKeys(*map(_key, range(50))), clock)
    wrong = []

    def ask():
        found = [cached.by_hash(f"hash-{number}") for number in range(50)]
        if found != list(map(_key, range(50))):
            wrong.append(found)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong
