"""Whatever a value holds, its item gives it back."""

import builtins
import collections.abc as abc
import json
import types
import typing
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import EnumType
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.adapters.dynamodb.billing_keys import totals_key
from helpdesk.adapters.dynamodb.book_items import totals_fields, totals_of
from helpdesk.adapters.dynamodb.conversation_items import (
    conversation_fields,
    conversation_of,
    turn_fields,
    turn_of,
)
from helpdesk.adapters.dynamodb.document_items import document_of, fields_of
from helpdesk.adapters.dynamodb.items import from_attributes, to_attributes
from helpdesk.adapters.dynamodb.usage_items import (
    UsageTables,
    event_of,
    event_writes,
    unposted_of,
)
from helpdesk.billing.accounts import Account, Sum
from helpdesk.billing.postings import ShardTotals, Unposted
from helpdesk.clock import period_of
from helpdesk.conversations import Conversation, Turn
from helpdesk.documents import Document
from helpdesk.ids import TenantId
from helpdesk.usage import METERS, UsageEvent

TENANT = TenantId("ten_1")

# What the tables keep: moments to the millisecond, whole numbers that a table holds exactly.
MOMENTS = st.integers(1_600_000_000_000, 4_000_000_000_000).map(
    lambda milliseconds: datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
)
NUMBERS = st.integers(-(10**37), 10**37)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
"""What an endpoint may answer."""


def any_of(type_: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the product's."""
    match get_origin(type_):
        case types.UnionType | typing.Union:
            return st.one_of(*map(any_of, get_args(type_)))
        case builtins.tuple:
            return st.lists(any_of(get_args(type_)[0]), max_size=3).map(tuple)
        case typing.Literal:
            return st.sampled_from(get_args(type_))
        case abc.Mapping:
            key, value = get_args(type_)
            return st.dictionaries(any_of(key), JSON if value is Any else any_of(value), max_size=3)
    if isinstance(type_, type) and is_dataclass(type_):
        hints = get_type_hints(type_)
        return st.builds(type_, **{each.name: any_of(hints[each.name]) for each in fields(type_)})
    if isinstance(type_, EnumType):
        return st.sampled_from(list[Any](type_))
    simple = {datetime: MOMENTS, int: NUMBERS, str: TEXTS, bool: st.booleans(), NoneType: st.none()}
    return simple[getattr(type_, "__supertype__", type_)]


def through_a_table(item):
    """The fields after the way through DynamoDB's JSON."""
    return from_attributes(json.loads(json.dumps(to_attributes(item))))


@given(any_of(Document), st.integers(0, 50))
def test_documents(document, done):
    document = replace(document, batches_done=done)
    assert document_of(through_a_table(fields_of(document))) == document


@given(any_of(Conversation))
def test_conversations(conversation):
    assert conversation_of(through_a_table(conversation_fields(conversation))) == conversation


@given(any_of(Turn))
def test_turns(turn):
    assert turn_of(through_a_table(turn_fields(turn))) == turn


@given(any_of(UsageEvent))
def test_usage_events(event):
    event = replace(event, tenant=TENANT)
    written, note = event_writes(UsageTables("ledger", "books"), event)

    assert event_of(through_a_table(written.fields)) == event
    noted = unposted_of(through_a_table({**note.fields, "sk": note.key.sk}))
    assert noted == Unposted(event.id, period_of(event.occurred_at), event.occurred_at)


# Of an account only the model's name may hold anything.
WORDS = st.from_regex(r"[A-Za-z0-9@._-]+", fullmatch=True)
ACCOUNTS = st.builds(
    Account,
    period=WORDS,
    plan=WORDS,
    meter=st.sampled_from(METERS),
    model=TEXTS,
    unit_micros=NUMBERS,
    currency=WORDS,
)
SUMS = st.builds(Sum, NUMBERS, NUMBERS, NUMBERS)


@given(st.dictionaries(ACCOUNTS, SUMS, max_size=5), st.integers(1, 10**9), st.integers(0, 7))
def test_accounts(accounts, version, shard):
    totals = ShardTotals(TENANT, "2026-11", shard, version, accounts=accounts)
    item = {**totals_fields(totals), "pk": "…", "sk": totals_key(TENANT, "2026-11", shard).sk}

    assert totals_of(TENANT, "2026-11", through_a_table(item)) == totals
    closed = through_a_table(item | {"closed": True})
    assert totals_of(TENANT, "2026-11", closed) == replace(totals, closed=True)


PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
)


@given(st.dictionaries(TEXTS, PLAIN))
def test_plain_values(values):
    assert from_attributes(to_attributes(values)) == values


@given(st.frozensets(NUMBERS, min_size=1))
def test_sets_of_numbers(numbers):
    assert from_attributes(to_attributes({"done": numbers})) == {"done": numbers}


def test_what_would_not_come_back_exactly_is_not_written():
    with pytest.raises(TypeError):
        to_attributes({"score": 0.1})
    with pytest.raises(TypeError):
        to_attributes({"nested": [{"object": object()}]})


@given(st.lists(MOMENTS, min_size=2, max_size=2))
def test_moments_sort_like_time(moments):
    texts = [to_attributes({"at": moment})["at"]["S"] for moment in moments]
    assert sorted(texts) == [to_attributes({"at": each})["at"]["S"] for each in sorted(moments)]
