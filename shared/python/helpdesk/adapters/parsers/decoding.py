"""From bytes to text: what the file says of itself, else UTF-8, else Windows' Western encoding."""

import codecs
from contextlib import suppress

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes, declared: str | None = None) -> str:
    """The text of a file, with one kind of line end; what can't be decoded becomes U+FFFD."""
    text = _decoded(content, declared)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _decoded(content: bytes, declared: str | None) -> str:
    for mark, marked in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(marked, "replace")
    for encoding in filter(None, (declared, "utf-8")):
        # LookupError: unknown, or no encoding of text, such as "base64".
        with suppress(LookupError, UnicodeError):
            return content.decode(encoding)
    return content.decode("cp1252", "replace")
