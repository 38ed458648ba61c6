"""The tools that a request offers, as this server reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_EXAMPLE = re.compile(r"^Example: *(.+)$", re.MULTILINE)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SAYS_NOTHING = "please help me with it"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a tool, and what its schema says about it."""

    name: str
    schema: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What it is called, as within a sentence."""
        title = str(self.schema.get("title") or words_of(self.name))
        return title if title.isupper() else title[:1].lower() + title[1:]

    @property
    def question(self) -> str:
        """Asks for it in the schema's own words."""
        description = str(self.schema.get("description", "")).strip()
        if description.endswith("?"):
            asked = description
        else:
            asked = f"What is the {self.title}? {description}".rstrip()
        choices = [str(choice) for choice in self.schema.get("enum", ())]
        return f"{asked} It can be: {', '.join(choices)}." if choices else asked

    @property
    def pattern(self) -> str | None:
        """Its schema's pattern, if this machine can read it."""
        given = self.schema.get("pattern")
        try:
            return given if isinstance(given, str) and re.compile(given) else None
        except re.error:
            return None

    @property
    def takes_amounts(self) -> bool:
        """Whether its pattern is one of amounts of money."""
        pattern = self.pattern
        return bool(pattern and self.finder and re.search(pattern, "20.00"))

    @property
    def finder(self) -> re.Pattern[str] | None:
        """Finds its values in running text; None when its pattern would take any words."""
        if (pattern := self.pattern) is None:
            return None
        bare = pattern.removeprefix("^").removesuffix("$")
        try:
            takes_words = re.search(bare, _SAYS_NOTHING, re.IGNORECASE)
            finder = re.compile(rf"(?<![\w.-])(?:{bare})(?![\w-])", re.IGNORECASE)
        except re.error:
            return None
        return None if takes_words else finder

    @property
    def identifies(self) -> bool:
        """Whether a value of it in a text shows what the text is about."""
        return self.finder is not None and not self.takes_amounts


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool: what it does, sentences that ask for it, and what it must be told."""

    name: str
    description: str
    examples: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    required: tuple[str, ...]

    @property
    def required_parameters(self) -> tuple[Parameter, ...]:
        """The parameters without which it can't be called, in the schema's order."""
        by_name = {parameter.name: parameter for parameter in self.parameters}
        return tuple(by_name.get(name, Parameter(name, {})) for name in self.required)

    def names_something(self, text: str) -> bool:
        """Whether a text holds a value that shows what this tool would be about."""
        finders = [each.finder for each in self.required_parameters if each.identifies]
        return any(finder.search(text) for finder in finders if finder)

    def without_values(self, text: str, *, titled: bool) -> str:
        """A text without such values, or with what they are called instead: what is wanted,
        whatever it is wanted for."""
        for parameter in self.required_parameters:
            if parameter.identifies and (finder := parameter.finder):
                instead = parameter.title.replace("\\", "\\\\") if titled else " "
                text = finder.sub(instead, text)
        return re.sub(r"\s+([?.,!])", r"\1", " ".join(text.split()))


def read_tool(name: str, description: str, parameters: Mapping[str, Any]) -> OfferedTool:
    """A tool from its definition; lines ``Example: …`` of the description are example sentences."""
    properties = parameters.get("properties") or {}
    return OfferedTool(
        name=name,
        description=" ".join(_EXAMPLE.sub("", description).split()),
        examples=tuple(_EXAMPLE.findall(description)),
        parameters=tuple(
            # In JSON Schema "true" is a schema, too.
            Parameter(each, schema if isinstance(schema, Mapping) else {})
            for each, schema in properties.items()
        ),
        required=tuple(parameters.get("required") or ()),
    )


def words_of(name: str) -> str:
    """``order_id`` and ``orderId`` as words: order id."""
    return " ".join(word if word.isupper() else word.lower() for word in _WORDS.findall(name))
