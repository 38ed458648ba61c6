"""A JSON Schema that everything fits."""

from collections.abc import Mapping, Sequence
from typing import Any

from helpdesk.errors import FieldError
from helpdesk.tools import Arguments


class AnyArguments:
    """An ArgumentSchema for tests that are about something else."""

    def flaws(self, schema: Mapping[str, Any]) -> Sequence[FieldError]:
        """Nothing is wrong."""
        return ()

    def errors(self, schema: Mapping[str, Any], arguments: Arguments) -> Sequence[FieldError]:
        """Nothing is wrong."""
        return ()
