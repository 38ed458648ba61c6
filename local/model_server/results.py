"""Reads a tool's answer out: its fields in words, and nothing that is not in it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from local.model_server.offered_tools import words_of

MAX_FIELDS = 12
MAX_ITEMS = 5
MAX_CHARACTERS = 400

_MONEY = re.compile(r"^-?\d+\.\d{2}$")
_NOT_THERE = re.compile(r"\bnot found\b|\bno such\b|\bthere is no\b|\bunknown\b|\b404\b", re.I)
_NAMES = ("name", "title", "label")


def read_out(content: str) -> str:
    """A sentence that says what a tool answered."""
    try:
        answer = json.loads(content)
    except ValueError:
        return f"The answer is: {_cut(content)}" if content.strip() else "The answer is empty."
    if isinstance(answer, Mapping) and answer.get("error"):
        return _error(answer)
    said = _value(answer, "")
    return f"Here is what I found: {_cut(said)}." if said else "The answer is empty."


def _error(answer: Mapping[str, Any]) -> str:
    error = answer["error"]
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("detail") or _value(error, "")
    said = _cut(str(error)).rstrip(".")
    wrong = [str(one).rstrip(".") for one in answer.get("wrong") or () if one]
    reasons = f" ({'; '.join(wrong)})" if wrong else ""
    if _NOT_THERE.search(said):
        return f"I could not find that: {said}{reasons}."
    return f"That was not possible: {said}{reasons}."


def _fields(answer: Mapping[str, Any], currency: str) -> str:
    currency = _currency(answer) or currency
    said = [
        f"{words_of(name)} {words}"
        for name, value in answer.items()
        if name != "currency" and (words := _value(value, currency))
    ]
    return _listed(said[:MAX_FIELDS])


def _value(value: Any, currency: str) -> str:  # noqa: PLR0911 - one case a kind
    """A value in words; nothing for what is not there."""
    match value:
        case bool():
            return "yes" if value else "no"
        case None | "":
            return ""
        case str() if currency and _MONEY.match(value):
            return f"{value} {currency}"
        case {"amount": amount, "currency": str(own), **rest} if not rest:
            return f"{amount} {own}"
        case Mapping():
            return _named(value, currency)
        case list():
            return _items(value, currency)
    return " ".join(str(value).split())


def _named(answer: Mapping[str, Any], currency: str) -> str:
    """What has a name is called by it, with the rest behind it."""
    key = next((name for name in _NAMES if isinstance(answer.get(name), str)), None)
    if key is None:
        return _fields(answer, currency)
    rest = _fields({name: value for name, value in answer.items() if name != key}, currency)
    return f"{answer[key]} ({rest})" if rest else str(answer[key])


def _items(items: Sequence[Any], currency: str) -> str:
    said = [words for item in items[:MAX_ITEMS] if (words := _value(item, currency))]
    more = len(items) - MAX_ITEMS
    return _listed([*said, f"{more} more"] if more > 0 else said)


def _listed(said: Sequence[str]) -> str:
    if len(said) < 2:
        return "".join(said)
    return f"{', '.join(said[:-1])} and {said[-1]}"


def _currency(answer: Mapping[str, Any]) -> str:
    own = answer.get("currency")
    return own if isinstance(own, str) else ""


def _cut(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_CHARACTERS else f"{flat[: MAX_CHARACTERS - 1]}…"
