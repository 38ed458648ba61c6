"""Requests are read strictly, and a refusal names the field."""

import pytest
from pydantic import Field

from helpdesk.edge.requests import MAX_BODY_BYTES, Query, Request, read_body, read_query
from helpdesk.errors import (
    InvalidRequest,
    PayloadTooLarge,
    UnsupportedMediaType,
    ValidationFailed,
)


class _Inner(Request):
    size: int


class _Body(Request):
    message: str = Field(min_length=1, max_length=10)
    tags: tuple[str, ...] = Field((), max_length=2)
    inner: _Inner | None = None


class _Query(Query):
    limit: int = Field(20, ge=1, le=100)


def _fields(refusal):
    return [error.field for error in refusal.value.errors]


def test_a_good_body_becomes_its_model_without_stray_space():
    body = read_body(_Body, b'{"message": " hi ", "inner": {"size": 1}}', "application/json")

    assert body == _Body(message="hi", inner=_Inner(size=1))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff", b"[" * 100_000, b'{"message": "\\ud800"}', b"[]", b"null", b'"text"'],
)
def test_what_is_no_json_object_is_an_invalid_request(content):
    with pytest.raises(InvalidRequest) as refusal:
        read_body(_Body, content, "application/json")

    assert _fields(refusal) == ["body"]


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        (b"{}", ["message"]),
        (b'{"message": ""}', ["message"]),
        (b'{"message": "   "}', ["message"]),
        (b'{"message": "12345678901"}', ["message"]),
        (b'{"message": 1}', ["message"]),
        (b'{"message": "a", "colour": "red"}', ["colour"]),
        (b'{"message": "a", "inner": {"size": "1", "x": 2}}', ["inner.size", "inner.x"]),
        (b'{"message": "a", "tags": ["a", 2]}', ["tags.1"]),
        (b'{"message": "a", "inner": {"size": 1e999}}', ["inner.size"]),
    ],
)
def test_a_wrong_field_is_named_with_its_dotted_path(content, fields):
    with pytest.raises(ValidationFailed) as refusal:
        read_body(_Body, content, "application/json")

    assert _fields(refusal) == fields


def test_messages_speak_of_no_library():
    with pytest.raises(ValidationFailed) as refusal:
        read_body(_Body, b'{"message": "a", "tags": ["a", "b", "c"], "x": 1}', "application/json")

    said = " ".join(error.message for error in refusal.value.errors).lower()
    assert not any(word in said for word in ("pydantic", "tuple", "python", "extra inputs"))


def test_names_that_the_caller_made_up_are_cut_short():
    content = b'{"message": "a", "' + b"x" * 100_000 + b'": 1}'

    with pytest.raises(ValidationFailed) as refusal:
        read_body(_Body, content, "application/json")

    assert len(str(refusal.value.detail)) < 200


def test_too_much_is_refused_before_it_is_read():
    with pytest.raises(PayloadTooLarge):
        read_body(_Body, b" " * (MAX_BODY_BYTES + 1), "application/json")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_media_type_is_refused(content_type):
    with pytest.raises(UnsupportedMediaType):
        read_body(_Body, b'{"message": "a"}', content_type)


@pytest.mark.parametrize("content_type", [None, "Application/JSON; charset=utf-8"])
def test_json_is_taken_under_any_of_its_names(content_type):
    assert read_body(_Body, b'{"message": "a"}', content_type).message == "a"


@pytest.mark.parametrize(
    ("query", "field"), [({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"q": "1"}, "q")]
)
def test_a_wrong_query_names_its_field(query, field):
    with pytest.raises(ValidationFailed) as refusal:
        read_query(_Query, query)

    assert _fields(refusal) == [field]
