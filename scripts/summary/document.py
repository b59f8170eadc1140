"""What a summary consists of, before it is a Word file, a page or Markdown."""

from dataclasses import dataclass, field


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
