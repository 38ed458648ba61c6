"""The letters of an invoice: embedded ones for most scripts, the reader's own for Chinese,
Japanese and Korean, and a question mark for what neither has."""

import io
import re
import unicodedata
from functools import cache
from itertools import groupby
from xml.sax.saxutils import escape

import pymupdf_fonts  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont, TTFontFace

REGULAR, BOLD = "FiraGO", "FiraGO-Bold"
"""Latin, Greek, Cyrillic, Hebrew, Arabic, Devanagari, Thai and Georgian; under the Open Font
License, which lets documents embed it."""

FIGURES, BOLD_FIGURES = "NotoSans", "NotoSans-Bold"
"""Digits of one width, and ``FIGURE_SPACE`` as wide as one of them. Under the same licence."""

FIGURE_SPACE = "\u2007"

MISSING = "?"

_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_FAR_EAST = re.compile(r"[\u2e80-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\uf900-\uff9f]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\u3130-\u318f\uac00-\ud7af]")
_RIGHT_TO_LEFT = ("R", "AL")


@cache
def register() -> TTFontFace:
    """Makes the fonts known, once per process. Returns the glyphs of the regular one."""
    regular, bold = _embedded(REGULAR, "figo"), _embedded(BOLD, "figbo")
    eastern = [UnicodeCIDFont(name) for name in (_CHINESE, _JAPANESE, _KOREAN)]
    figures = [_embedded(FIGURES, "notos"), _embedded(BOLD_FIGURES, "notosbo")]
    for font in (regular, bold, *figures, *eastern):
        pdfmetrics.registerFont(font)
    return regular.face


def marked_up(text: str) -> str:
    """A text as a paragraph takes it: escaped, in fonts that have its letters, words in the order
    in which they are set."""
    composed = unicodedata.normalize("NFC", text)
    east = _eastern_font(composed)
    runs = groupby(_words_as_set(composed), key=lambda letter: bool(_FAR_EAST.match(letter)))
    return "".join(
        f'<font name="{east}">{"".join(run)}</font>' if eastern else escape(_known("".join(run)))
        for eastern, run in runs
    )


def lacks(text: str) -> bool:
    """Whether a text has letters that are not shown."""
    composed = unicodedata.normalize("NFC", text)
    return any(not _FAR_EAST.match(each) and not _has(each) for each in composed)


def plain(text: str) -> str:
    """A text for a place that takes one font only."""
    return _known(_words_as_set(unicodedata.normalize("NFC", text)))


def _embedded(name: str, short: str) -> TTFont:
    return TTFont(name, io.BytesIO(pymupdf_fonts.myfont(short)), shapable=True)


def _known(text: str) -> str:
    return "".join(each if _has(each) else MISSING for each in text)


def _has(letter: str) -> bool:
    return ord(letter) in register().charToGlyph


def _eastern_font(text: str) -> str:
    if _KANA.search(text):
        return _JAPANESE
    return _KOREAN if _HANGUL.search(text) else _CHINESE


def _words_as_set(text: str) -> str:
    """Words from right to left stand in reverse; the letters within them are the shaper's work."""
    ordered: list[str] = []
    for reverse, run in groupby(text.split(" "), key=_is_right_to_left):
        words = list(run)
        ordered += reversed(words) if reverse else words
    return " ".join(ordered)


def _is_right_to_left(word: str) -> bool:
    return any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in word)
