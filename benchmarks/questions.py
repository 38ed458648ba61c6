"""Two kinds of questions with known right answers, both to be had offline."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from benchmarks.python_docs import html_folder
from helpdesk import chunking
from helpdesk.adapters.parsers import parser_of
from helpdesk.ids import DocumentId
from helpdesk.parsing import Block
from helpdesk.passages import Passage

HELP_CENTRE = Path(__file__).parents[1] / "local" / "help_centre"
FORMATS = {".docx": "docx", ".html": "html", ".md": "markdown", ".pdf": "pdf"}


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Passages, and for each question the documents that answer it."""

    name: str
    passages: Sequence[Passage]
    answers: Mapping[str, frozenset[str]]


def help_centre() -> QuestionSet:
    """The sample help centre: a customer's question and the articles that answer it."""
    passages: list[Passage] = []
    for file in sorted(HELP_CENTRE.iterdir()):
        if format_ := FORMATS.get(file.suffix):
            blocks = parser_of(format_).parse(file.read_bytes())
            passages.extend(_cut(DocumentId(file.name), blocks))
    questions = json.loads((HELP_CENTRE / "questions.json").read_text())
    answers = {q["question"]: frozenset(q["articles"]) for q in questions if q["articles"]}
    return QuestionSet("Sample help centre", passages, answers)


def python_faq() -> QuestionSet:
    """Python's FAQ: a question's right answer is its section, whose heading is taken away.

    The sections of the tutorial and of the how-tos lie among them.
    """
    pages = html_folder()
    passages: list[Passage] = []
    answers: dict[str, frozenset[str]] = {}
    for folder in ("faq", "howto", "tutorial"):
        for page in sorted((pages / folder).glob("*.html")):
            for number, (heading, text) in enumerate(_sections(page)):
                document = DocumentId(f"{folder}/{page.stem}#{number}")
                asked = folder == "faq" and heading.endswith("?")
                blocks = [Block("" if asked else heading, level=1), Block(text)]
                passages.extend(_cut(document, blocks))
                if asked:
                    answers[heading] = frozenset({document})
    return QuestionSet("Python FAQ", passages, answers)


def _sections(page: Path) -> Iterator[tuple[str, str]]:
    """Each section's heading, and its text without that of the sections inside it."""
    for section in LexborHTMLParser(page.read_text()).css("section"):
        children = list(section.iter())
        heading = next((_text(c) for c in children if c.tag in ("h1", "h2", "h3", "h4")), "")
        body = [c for c in children if c.tag not in ("h1", "h2", "h3", "h4", "nav", "section")]
        if text := " ".join(map(_text, body)).strip():
            yield heading, text


def _text(node: LexborNode) -> str:
    return " ".join(node.text().replace("¶", " ").split())


def _cut(document: DocumentId, blocks: Sequence[Block]) -> Iterator[Passage]:
    for piece in chunking.passages(blocks):
        yield Passage(document, 1, piece.position, piece.text, piece.heading, piece.page)
