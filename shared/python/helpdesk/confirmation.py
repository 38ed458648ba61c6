"""A customer's yes or no, told from the text alone: no model decides what somebody agreed to."""

import re
from typing import Literal

_YES = frozenset(
    """yes y yep yeah yup sure ok okay confirm confirmed correct agreed absolutely definitely
    ja jawohl gerne oui d'accord sí si claro sì certo sim tak ano да""".split()  # noqa: SIM905
)
_NO = frozenset(
    """no n not nope nah don't dont stop cancel never nein non nee não nao nie ne
    нет""".split()  # noqa: SIM905
)
_POLITE = frozenset(
    """a adelante ahead bitte danke das do favor fine for go good grazie gracias hazlo i is ist it
    le les lot mach machen merci much now me per please plaît plait por right s'il sie that thank
    thanks the thing this to very vous want wait with you""".split()  # noqa: SIM905
)
_ALSO_YES = ("go ahead", "do it", "please do", "go ahead please", "please go ahead")
_MOST_WORDS = 8


def decision_in(text: str) -> Literal["approve", "reject"] | None:
    """What a message says to a question that waits for yes or no; None when it says more or
    something else.

    Any word beyond a yes and politeness ("yes, but only ten euros") makes it no yes: what was shown
    would not be what is meant.
    """
    words = re.findall(r"[\w'’]+", text.casefold().replace("’", "'"))
    if not words or len(words) > _MOST_WORDS:
        return None
    said = set(words)
    if said - _YES - _NO - _POLITE:
        return None
    if said & _NO:
        return "reject"
    return "approve" if said & _YES or " ".join(words) in _ALSO_YES else None
