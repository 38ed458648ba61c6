"""One conditional write to one item: alone, or as a part of a transaction.

In expressions ``#name`` stands for the attribute ``name`` and ``:name`` for the value ``name``, so
no attribute's name can clash with a reserved word. ``names`` holds those of attributes that are no
words: ``#name`` stands for ``names["name"]`` then.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from helpdesk.adapters.dynamodb.item_keys import ItemKey
from helpdesk.adapters.dynamodb.items import Fields, to_attributes

ABSENT = "attribute_not_exists(#pk)"
PRESENT = "attribute_exists(#pk)"

_NAME = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True)
class Write:
    """A write that is done only when its condition holds."""

    operation: Literal["Put", "Update", "Delete", "ConditionCheck"]
    table: str
    key: ItemKey
    condition: str = ""
    change: str = ""
    values: Fields = field(default_factory=dict)
    fields: Fields = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        """The write as DynamoDB's API takes it; when refused, the item in its way is returned."""
        request: dict[str, Any] = {"TableName": self.table}
        if self.operation == "Put":
            request["Item"] = to_attributes(asdict(self.key) | dict(self.fields))
        else:
            request["Key"] = to_attributes(asdict(self.key))
        if self.change:
            request["UpdateExpression"] = self.change
        if self.condition:
            request["ConditionExpression"] = self.condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        names = expression_names(self.change, self.condition, names=self.names)
        return request | names | self._values()

    def _values(self) -> dict[str, Any]:
        return expression_values(self.values) if self.values else {}


def expression_names(*expressions: str, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The names that expressions use, as an argument of the API; ``names`` are no words."""
    given = names or {}
    found = {f"#{name}": given.get(name, name) for name in _NAME.findall(" ".join(expressions))}
    return {"ExpressionAttributeNames": found} if found else {}


def expression_values(values: Fields) -> dict[str, Any]:
    """The values that expressions use, as an argument of the API."""
    attributes = to_attributes(values)
    return {"ExpressionAttributeValues": {f":{name}": each for name, each in attributes.items()}}


def setting(names: Iterable[str]) -> str:
    """The expression that sets each of these attributes to the value of the same name."""
    return "SET " + ", ".join(f"#{name} = :{name}" for name in names)
