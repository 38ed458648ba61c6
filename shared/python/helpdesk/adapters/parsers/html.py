"""HTML: the text of the page itself, without what surrounds it on every page of the site."""

import re
from collections.abc import Iterator, Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from helpdesk.adapters.parsers.decoding import decode
from helpdesk.adapters.parsers.tables import lines_of
from helpdesk.errors import DocumentUnreadable
from helpdesk.parsing import Block

MAX_CHARACTERS = 10_000_000
MAX_DEPTH = 1000
"""Of nested elements: the parser's time grows with the square of it. Browsers stop at 512."""


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = _names(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption"
    " figure form footer header hr html legend li main ol p section summary table tbody td tfoot"
    " th thead tr ul"
)
_DROPPED = _names(
    "audio button canvas datalist dialog embed footer head iframe input map math nav noscript"
    " object option script select style svg template textarea video"
)
_DROPPED_ROLES = frozenset(("navigation", "search", "contentinfo", "dialog", "menu"))
_LAYOUT = "table, h1, h2, h3, h4, h5, h6, pre, form"

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.I)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_SPACE = re.compile(r"\s+")
_UNNESTED = _names(
    "area base br col embed hr img input link meta source track wbr"
    " p li dt dd tr td th tbody thead tfoot option optgroup colgroup body head html"
)
"""Elements that are empty, or whose end may be left out."""


def parse(content: bytes) -> Sequence[Block]:
    """The blocks of a page. Raises DocumentUnreadable."""
    declared = _CHARSET.search(content[:2048])
    return blocks_of(decode(content, declared[1].decode() if declared else None))


def blocks_of(page: str) -> Sequence[Block]:
    """The blocks of a page or a part of one. Raises DocumentUnreadable."""
    if len(page) > MAX_CHARACTERS:
        raise DocumentUnreadable("too_large", "The page holds too much text. Split it.")
    if _depth(page) > MAX_DEPTH:
        raise DocumentUnreadable("malformed_document", "The page's elements are nested too deep.")
    tree = LexborHTMLParser(page)
    root = _main(tree)
    blocks = list(_blocks(root)) if root else []
    if blocks and not any(block.level == 1 for block in blocks) and (title := _title(tree)):
        return [Block(title, level=1), *blocks]
    return blocks


def _depth(page: str) -> int:
    depth = deepest = 0
    for tag in _TAG.finditer(page):
        if tag[2].lower() in _UNNESTED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _main(tree: LexborHTMLParser) -> LexborNode | None:
    """What the page calls its main part, if it holds any text; else all of it."""
    for selector in ("main, [role=main]", "article"):
        found = tree.css(selector)
        if len(found) == 1 and _line(found[0]):
            return found[0]
    return tree.body


def _title(tree: LexborHTMLParser) -> str:
    found = tree.css_first("h1") or tree.css_first("title")
    return _line(found) if found else ""


def _blocks(root: LexborNode) -> Iterator[Block]:
    """Walks down without recursion; a None on the stack ends the block element around it."""
    written: list[str] = []
    left: list[LexborNode | None] = [root]
    while left:
        node = left.pop()
        if node is None:
            yield from _paragraph(written)
            continue
        tag = node.tag or ""
        if tag == "-text":
            written.append(_SPACE.sub(" ", node.text_content or ""))
        elif tag == "br":
            written.append("\n")
        elif _is_dropped(node, tag):
            continue
        elif (own := _own_blocks(node, tag)) is not None:
            yield from _paragraph(written)
            yield from own
        else:
            if tag in _BLOCKS:
                yield from _paragraph(written)
                left.append(None)
            left += _children(node)
    yield from _paragraph(written)


def _own_blocks(node: LexborNode, tag: str) -> list[Block] | None:
    """The blocks of an element that is read as a whole; None for any other."""
    if tag in _HEADINGS:
        return [Block(text, level=_HEADINGS[tag])] if (text := _line(node)) else []
    if tag == "pre":
        return [Block(text)] if (text := _text(node).strip("\n")).strip() else []
    if tag == "table" and not _is_layout(node):
        return [Block(line) for line in _table(node)]
    return None


def _is_layout(table: LexborNode) -> bool:
    return len(table.css(_LAYOUT)) > (1 if table.css_matches("table") else 0)


def _table(table: LexborNode) -> list[str]:
    rows = [row.css("th, td") for row in table.css("tr")]
    labelled = bool(rows) and all(cell.tag == "th" for cell in rows[0])
    lines = lines_of([[_line(cell) for cell in row] for row in rows if row], labelled=labelled)
    caption = table.css_first("caption")
    return [_line(caption), *lines] if caption and _line(caption) else lines


def _is_dropped(node: LexborNode, tag: str) -> bool:
    if tag in _DROPPED or tag.startswith("-") or tag.startswith("!"):
        return True
    if tag == "header":
        return node.css_first("h1") is None
    if tag not in _BLOCKS and tag != "a":
        return False
    attributes = node.attributes
    return bool(attributes) and (
        "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in _DROPPED_ROLES
        or (tag == "a" and "headerlink" in (attributes.get("class") or ""))
    )


def _children(node: LexborNode) -> list[LexborNode]:
    """Last first, as a stack wants them."""
    return list(node.iter(include_text=True))[::-1]


def _line(node: LexborNode) -> str:
    return _SPACE.sub(" ", _text(node)).strip()


def _text(node: LexborNode) -> str:
    parts: list[str] = []
    left = [node]
    while left:
        inner = left.pop()
        tag = inner.tag or ""
        if tag == "-text":
            parts.append(inner.text_content or "")
        elif tag == "br":
            parts.append("\n")
        elif not _is_dropped(inner, tag) or inner is node:
            parts.append(" " if tag in _BLOCKS else "")
            left += _children(inner)
    return "".join(parts)


def _paragraph(written: list[str]) -> Iterator[Block]:
    """What was written since the last block, which begins anew."""
    lines = "".join(written).split("\n")
    written.clear()
    if text := "\n".join(line for each in lines if (line := " ".join(each.split()))):
        yield Block(text)
