"""The words of a question that are worth looking for, the same for every index."""

import re
from collections.abc import Sequence

MAX_TERMS = 32
"""More words than this make a search slow and no better; engines refuse a few hundred."""

STOP_WORDS = frozenset(
    """a about after again all also am an and any are as at be because been before being both but by
    can could did do does doing don during each else for from further get got had has have having he
    hello help her here hers hi him his how i if in into is it its just let ll m may me might more
    most must my need no not now of off on once only or other our out over own please re s same
    shall she should so some such t than thank thanks that the their them then there these they this
    those to too under until up us ve very want was we were what when where which while who whom why
    will with would you your""".split()  # noqa: SIM905 - a word a line would be a page
)


def query_terms(text: str) -> Sequence[str]:
    """The distinct words of a text without stop words, in lower case and in their order.

    A text of stop words alone keeps them. The words hold letters, digits and underscores only, so
    no query language finds an operator in them.
    """
    words = list(dict.fromkeys(re.findall(r"\w+", text.lower())))
    telling = [word for word in words if word not in STOP_WORDS]
    return (telling or words)[:MAX_TERMS]
