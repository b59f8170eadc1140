"""What a document consists of, before it is a Word file, a page or Markdown."""

import dataclasses
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from peil.site.load import TURNING


@dataclass(frozen=True)
class Words:
    """What a document says of itself, in its language."""

    contents: str
    figure: str
    table: str
    page: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list, in reading order."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A caption, a header and rows of text; the columns in `numeric` stand to the right."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()
    number: int = 0
    # What stands over the columns behind the first, and below it per column; nothing over a column
    # that stands alone. A page shows both; what has one line of headers shows `header`.
    spans: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Picture:
    """A chart as PNG; `alt` says in words what it shows. Width and height are in pixels."""

    caption: str
    alt: str
    png: bytes
    width: int
    height: int
    number: int = 0


Block = Text | Bullets | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it, in reading order."""

    title: str
    blocks: tuple[Block, ...] = ()
    level: int = 1
    starts_page: bool = False


@dataclass(frozen=True)
class Document:
    """The whole document. `warning` stands above everything, on every page where there are pages.

    `about` are the lines of the cover: what they are called, and what they say.
    """

    title: str
    subtitle: str
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    words: Words
    language: str
    warning: str | None = None
    has_cover: bool = field(default=True)


def numbered(document: Document) -> Document:
    """The same with figures and tables numbered in reading order."""
    n = {Picture: 0, Table: 0}

    def number(block: Block) -> Block:
        if not isinstance(block, Picture | Table):
            return block
        n[type(block)] += 1
        return dataclasses.replace(block, number=n[type(block)])

    sections = tuple(
        dataclasses.replace(s, blocks=tuple(map(number, s.blocks))) for s in document.sections
    )
    return dataclasses.replace(document, sections=sections)


def printable(part: Any) -> Any:
    """The same without characters that no format can hold: control codes, halves of pairs.

    Also without those that turn the direction of the text, behind which a label can hide.
    """
    if isinstance(part, str):
        # Almost every text: Python knows at once what no format minds.
        if part.isascii() and part.isprintable():
            return part
        return "".join(c for c in part if c in "\t\n" or not _is_hidden(c))
    if isinstance(part, tuple):
        return tuple(map(printable, part))
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return dataclasses.replace(
            part, **{f.name: printable(getattr(part, f.name)) for f in dataclasses.fields(part)}
        )
    return part


@cache
def _is_hidden(character: str) -> bool:
    return (
        character in TURNING
        or unicodedata.category(character) in {"Cc", "Cs"}
        or (ord(character) & 0xFFFE == 0xFFFE)
    )
