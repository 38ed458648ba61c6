"""Texts of strangers, without what is not seen in them."""

import unicodedata

# Words of some languages and some pictures are put together with the joiners.
_KEPT = "\n\t\u200c\u200d"


def plain(text: str) -> str:
    """A text without what may be written for a model or a terminal alone."""
    return "".join(each for each in text if each in _KEPT or not _is_unseen(each))


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character).startswith("C")
