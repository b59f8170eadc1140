"""What a summary consists of, before it is a Word file, a page or Markdown."""

import dataclasses
import unicodedata
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """A caption, a header and rows of text; the columns in `numeric` stand to the right."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Section:
    """A heading with paragraphs and tables, in reading order."""

    title: str
    paragraphs: tuple[str, ...]
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Document:
    """The whole summary. `warning` stands above everything, on every page where there are pages."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    sources: str
    warning: str | None = None
    keywords: tuple[str, ...] = field(default=())


def printable(part: Any) -> Any:
    """The same without characters that no format can hold: control codes, halves of pairs.

    Also without those that turn the direction of the text, behind which a label can hide.
    """
    if isinstance(part, str):
        return "".join(c for c in part if c in "\t\n" or not _is_hidden(c))
    if isinstance(part, tuple):
        return tuple(map(printable, part))
    if dataclasses.is_dataclass(part) and not isinstance(part, type):
        return dataclasses.replace(
            part, **{f.name: printable(getattr(part, f.name)) for f in dataclasses.fields(part)}
        )
    return part


def _is_hidden(character: str) -> bool:
    is_turning = unicodedata.bidirectional(character) in {
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    }  # fmt: skip
    return (
        is_turning
        or unicodedata.category(character) in {"Cc", "Cs"}
        or (ord(character) & 0xFFFE == 0xFFFE)
    )
