"""The sources that a prompt offers: ``<source>`` elements in its system message."""

import html
import re
from dataclasses import dataclass

_SOURCE = re.compile(r"<source\s([^<>]*)>(.*?)</source>", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w-]+)=(?:"([^"]*)"|'([^']*)')""")


@dataclass(frozen=True, slots=True)
class Source:
    """One passage, and the id by which the answer cites it."""

    id: str
    title: str
    heading: str
    text: str


def parse_sources(system: str) -> list[Source]:
    """The sources inside ``<sources>…</sources>``, in their order: best first."""
    _, _, rest = system.partition("<sources>")
    body, _, _ = rest.rpartition("</sources>")
    return [_source(match[1], match[2]) for match in _SOURCE.finditer(body)]


def _source(attributes: str, text: str) -> Source:
    values = {
        name: html.unescape(double or single)
        for name, double, single in _ATTRIBUTE.findall(attributes)
    }
    return Source(
        id=values.get("id", ""),
        title=values.get("title", ""),
        heading=values.get("heading", ""),
        text=html.unescape(text),
    )
