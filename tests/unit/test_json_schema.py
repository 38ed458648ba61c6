"""Schemas and arguments from strangers: good ones pass, bad ones are told, none costs much."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.adapters.json_schema import DIALECT, JSONArgumentSchema

SCHEMA = JSONArgumentSchema()


def an_object(**properties):
    return {"type": "object", "properties": properties}


def flaws(schema):
    return {each.field: each.message for each in SCHEMA.flaws(schema)}


def errors(schema, **arguments):
    return {each.field: each.message for each in SCHEMA.errors(schema, arguments)}


REFUND = {
    "$schema": DIALECT,
    "type": "object",
    "properties": {
        "order_id": {"type": "string", "minLength": 1},
        "amount": {"$ref": "#/$defs/amount"},
        "reason": {"enum": ["late", "broken"]},
        "lines": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        "on": {"type": ["string", "null"], "format": "date"},
    },
    "required": ["order_id", "amount"],
    "additionalProperties": False,
    "$defs": {"amount": {"type": "string", "pattern": r"^\d+\.\d\d$"}},
}


def test_a_good_schema_has_no_flaws():
    assert flaws(REFUND) == {}
    assert flaws({"type": "object"}) == {}


def test_a_schema_says_that_it_is_of_an_object():
    assert flaws({}) == {"parameters.type": 'This must be "object".'}


def test_good_arguments_have_no_errors():
    assert errors(REFUND, order_id="1042", amount="12.50", reason="late", lines=[1], on=None) == {}


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"order_id": ""}, "order_id", "This must have at least 1 characters."),
        ({"order_id": 7}, "order_id", "This must be a string."),
        ({"amount": "12,50"}, "amount", r'This does not have the form "^\\d+\\.\\d\\d$".'),
        ({"reason": "bored"}, "reason", 'This must be one of "late", "broken".'),
        ({"lines": [1, 0]}, "lines.1", "This must be at least 1."),
        ({"lines": ["1"]}, "lines.0", "This must be a whole number."),
        ({"on": "Tuesday"}, "on", 'This must be in the format "date".'),
        ({"on": 1}, "on", "This must be null or a string."),
        ({"colour": "red"}, "colour", "This field is not known."),
    ],
)
def test_a_wrong_argument_is_told_by_its_path(change, field, message):
    arguments = {"order_id": "1042", "amount": "12.50"} | change
    assert errors(REFUND, **arguments) == {f"arguments.{field}": message}


def test_all_wrong_arguments_are_told_at_once_and_no_value_is_repeated():
    told = errors(REFUND, reason="4111 1111 1111 1111")

    assert told.keys() == {"arguments.order_id", "arguments.amount", "arguments.reason"}
    assert told["arguments.order_id"] == "This field is required."
    assert "4111" not in str(told)


@pytest.mark.parametrize(
    ("schema", "field"),
    [
        ({"type": None}, "parameters.type"),
        ({"type": "array"}, "parameters.type"),
        ({"type": ["object", "null"]}, "parameters.type"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "parameters.$schema"),
        ({"$schema": 7}, "parameters.$schema"),
        ({"properties": []}, "parameters.properties"),
        ({"required": "order_id"}, "parameters.required"),
        ({"$id": 7}, "parameters.$id"),
        ({"$dynamicRef": "#a"}, "parameters.$dynamicRef"),
        (an_object(a=3), "parameters.properties.a"),
        (an_object(a={"type": "text"}), "parameters.properties.a.type"),
        (an_object(a={"minLength": -1}), "parameters.properties.a.minLength"),
        (an_object(a={"pattern": "("}), "parameters.properties.a.pattern"),
        (an_object(a={"pattern": "^(?=x)"}), "parameters.properties.a.pattern"),
        (an_object(a={"pattern": "(a{1000}){1000}"}), "parameters.properties.a.pattern"),
        ({"patternProperties": {"(": {}}}, "parameters.patternProperties"),
        ({"patternProperties": {"(?!x)": {}}}, "parameters.patternProperties.(?!x)"),
        (an_object(a={"$ref": "#/$defs/missing"}), "parameters.properties.a.$ref"),
        (an_object(a={"$ref": "#/properties"}, properties=1), "parameters.properties.properties"),
        (an_object(a={"$id": "b"}), "parameters.properties.a.$id"),
        (an_object(a={"$anchor": "b"}), "parameters.properties.a.$anchor"),
    ],
)
def test_a_flaw_is_told_by_its_path(schema, field):
    assert field in flaws({"type": "object"} | schema)


@pytest.mark.parametrize(
    "reference",
    [
        "https://elsewhere.example/schema",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//elsewhere.example",
        "other.json#/a",
        "#anchor",
        "",
        "urn:x:y",
        DIALECT,
    ],
)
def test_nothing_outside_the_schema_is_referred_to(reference):
    assert "parameters.properties.a.$ref" in flaws(an_object(a={"$ref": reference}))


def test_what_only_looks_like_a_reference_is_none():
    schema = an_object(
        **{"$ref": {"type": "string"}, "enum": {"const": {"$ref": "https://elsewhere.example"}}}
    )
    assert flaws(schema) == {}


def test_a_reference_hidden_under_the_name_of_a_keyword_is_found():
    hidden = {"$ref": "https://elsewhere.example"}
    for name in ("enum", "const", "default", "examples"):
        assert f"parameters.properties.{name}.$ref" in flaws(an_object(**{name: hidden}))
    to_data = {**an_object(a={"$ref": "#/examples/0"}), "examples": [hidden]}
    assert "parameters.properties.a.$ref.$ref" in flaws(to_data)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "$ref": "#"},
        an_object(a={"$ref": "#/properties/a"}),
        an_object(a={"$ref": "#/properties/b"}, b={"items": {"$ref": "#/properties/a"}}),
    ],
)
def test_a_schema_is_not_recursive(schema):
    assert "refers to itself" in str(flaws(schema))


def test_references_can_not_multiply():
    doubling = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(100)}
    chain = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(700)}
    for definitions in (doubling, chain):
        whole = {**definitions, f"d{len(definitions)}": {}}
        schema = {"type": "object", "$ref": "#/$defs/d0", "$defs": whole}
        assert len(flaws(schema)) == 1


def test_size_and_depth_are_bounded():
    assert "larger" in str(flaws({"type": "object", "description": "x" * 32_768}))
    nested = json.loads('{"not":' * 15 + "{}" + "}" * 15)
    assert flaws(nested | {"type": "object"}) == {}
    assert "deep" in str(flaws({"type": "object", "not": nested}))
    assert "deep" in str(errors({"type": "object"}, a=json.loads("[" * 900 + "]" * 900)))
    assert "larger" in str(errors({"type": "object"}, a="x" * 32_768))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_json_does_not_have_is_told(value):
    assert list(flaws({"type": "object", "default": value})) == ["parameters"]
    assert list(errors({"type": "object"}, a=value)) == ["arguments"]


def test_hostile_arguments_cost_little():
    many = {"allOf": [{"type": "string", "minLength": n} for n in range(140)]}
    pattern = {"type": "string", "pattern": "^(a+)+$"}
    started = time.process_time()

    assert flaws(an_object(a={"items": many}, b=pattern)) == {}
    assert len(errors(an_object(a={"items": many}), a=[1] * 16_000)) == 1
    assert errors(an_object(b=pattern), b="a" * 30_000 + "!").keys() == {"arguments.b"}

    assert time.process_time() - started < 5


def test_numbers_are_exact():
    schema = an_object(a={"multipleOf": 0.01}, b={"maximum": 10**30})

    assert flaws(schema) == {}
    assert errors(schema, a=0.07, b=10**30) == {}
    assert errors(schema, b=10**30 + 1).keys() == {"arguments.b"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
_keywords = st.sampled_from(
    [
        *("type", "properties", "required", "$ref", "$defs", "items", "pattern", "enum", "anyOf"),
        *("minimum", "maxLength", "additionalProperties", "$id", "format", "not", "const"),
    ]
)
_schemas = st.recursive(
    st.fixed_dictionaries({}, optional={"type": st.sampled_from(["string", "integer", "object"])}),
    lambda inner: st.dictionaries(
        _keywords, inner | _json | st.lists(inner, max_size=3) | st.just("#/$defs/a"), max_size=4
    ),
    max_leaves=10,
)


@given(schema=st.dictionaries(_keywords, _schemas | _json), arguments=_json)
def test_no_schema_and_no_arguments_whatever_make_it_fail(schema, arguments):
    whole = schema | {"type": "object"}
    told = SCHEMA.flaws(whole)

    assert all(re.match(r"parameters(\.|$)", each.field) for each in told)
    if not told:
        given = arguments if isinstance(arguments, dict) else {"a": arguments}
        for each in SCHEMA.errors(whole, given):
            assert each.field.split(".")[0] == "arguments"
            assert each.message.endswith(".")


@given(
    values=st.dictionaries(
        st.text(max_size=5), st.integers() | st.booleans() | st.text(max_size=5), max_size=5
    )
)
def test_arguments_that_a_schema_was_made_for_pass_and_others_do_not(values):
    schema = {
        **an_object(**{name: {"const": value} for name, value in values.items()}),
        "required": list(values),
        "additionalProperties": False,
    }

    assert SCHEMA.flaws(schema) == []
    assert SCHEMA.errors(schema, values) == []
    assert SCHEMA.errors(schema, values | {"one more": 1})
    for name in values:
        assert SCHEMA.errors(schema, {key: each for key, each in values.items() if key != name})
