"""Pages of what is in memory, as the tables give them."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from helpdesk.errors import FieldError, ValidationFailed
from helpdesk.pages import Page

_PREFIX = "after:"

Item = TypeVar("Item")


def newest_first(
    items: Iterable[Item], id_of: Callable[[Item], str], limit: int, cursor: str | None
) -> Page[Item]:
    """One page, by ids that sort like time. Raises ValidationFailed for what is no cursor."""
    if cursor is not None and not cursor.startswith(_PREFIX):
        raise ValidationFailed("No cursor.", errors=[FieldError("cursor", "No cursor.")])
    after = None if cursor is None else cursor.removeprefix(_PREFIX)
    left = sorted(
        (item for item in items if after is None or id_of(item) < after), key=id_of, reverse=True
    )
    more = len(left) > limit
    return Page(left[:limit], _PREFIX + id_of(left[limit - 1]) if more else None)
