"""The arguments of a call, as far as the user has said them. Nothing is made up."""

import re
from collections.abc import Sequence
from typing import Any

from local.model_server.amounts import amounts_in, as_pattern_wants
from local.model_server.offered_tools import OfferedTool, Parameter
from local.model_server.talk import Heard

_WHOLE_NUMBER = re.compile(r"(?<![\w.,-])-?\d+(?![\w]|[.,]\d)")
_NUMBER = re.compile(r"(?<![\w.,-])-?\d+(?:\.\d+)?(?![\w]|[.,]\d)")
_WORD = re.compile(r"[^\W_]+")
_YES = re.compile(r"^\W*(?:yes|yeah|yep|sure|ok|okay|true)\b", re.IGNORECASE)
_NO = re.compile(r"^\W*(?:no|nope|not|false)\b", re.IGNORECASE)


def arguments_said(tool: OfferedTool, said: Sequence[Heard]) -> dict[str, Any]:
    """What the user's messages hold of a tool's arguments, the latest first.

    Where an earlier message names another order than a later one, it was about something else:
    from there on backwards nothing counts.
    """
    found: dict[str, Any] = {}
    for message in reversed(said):
        here = {
            parameter.name: value
            for parameter in tool.parameters
            if (value := value_in(parameter, message)) is not None
        }
        if any(
            parameter.identifies
            and {parameter.name} <= found.keys() & here.keys()
            and here[parameter.name] != found[parameter.name]
            for parameter in tool.parameters
        ):
            break
        found = here | found
    fixed = {
        parameter.name: parameter.schema.get("const", parameter.schema.get("default"))
        for parameter in tool.required_parameters
    }
    known = {name: value for name, value in fixed.items() if value is not None} | found
    order = [parameter.name for parameter in tool.parameters]
    return {name: known[name] for name in order if name in known}


def missing(tool: OfferedTool, arguments: dict[str, Any]) -> Parameter | None:
    """The first parameter that the tool needs and nobody has said."""
    absent = (each for each in tool.required_parameters if each.name not in arguments)
    return next(absent, None)


def value_in(parameter: Parameter, said: Heard) -> Any:
    """A parameter's value in what the user said; None when it is not there.

    What has no pattern and no choices is taken only from the answer to a question for it.
    """
    asked = said.answers(parameter)
    if choices := parameter.schema.get("enum"):
        return _choice_in(choices, said.text)
    if parameter.takes_amounts and (pattern := parameter.pattern):
        written = (as_pattern_wants(each, pattern) for each in amounts_in(said.text, asked=asked))
        return next((each for each in written if each is not None), None)
    if parameter.finder:
        return _match_in(parameter, said.text)
    return _answer_in(parameter, said.text) if asked else None


def _choice_in(choices: Sequence[Any], text: str) -> Any:
    said = _words(text)
    named = [choice for choice in choices if _words(str(choice)) in said]
    # Of "small" and "extra small" the longer one is meant where both are there.
    return max(named, key=lambda choice: len(str(choice)), default=None)


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _match_in(parameter: Parameter, text: str) -> str | None:
    finder, pattern = parameter.finder, parameter.pattern
    if finder is None or pattern is None:
        return None
    for match in finder.finditer(text):
        for form in (match[0], match[0].upper(), match[0].lower()):
            if re.search(pattern, form):
                return form
    return None


def _answer_in(parameter: Parameter, text: str) -> Any:
    match parameter.schema.get("type"):
        case "integer":
            number = _WHOLE_NUMBER.search(text)
            return int(number[0]) if number else None
        case "number":
            number = _NUMBER.search(text)
            return float(number[0]) if number else None
        case "boolean":
            return True if _YES.search(text) else False if _NO.search(text) else None
        case "string" | None:
            given, pattern = text.strip(), parameter.pattern
            fits = given and (pattern is None or re.search(pattern, given))
            return given if fits and not given.endswith("?") else None
    return None
