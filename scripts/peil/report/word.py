"""The document as a Word file: real headings, contents, captions, repeated table headers."""

import io
import re

from docx import Document as WordFile
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from peil.report.archive import without_time
from peil.report.document import Block, Bullets, Document, Picture, Table, Text, Words
from peil.report.word_styles import BRAND, LINE, set_up, warn
from peil.report.word_styles import WIDTH as TEXT_WIDTH

IN_CONTENTS = 2  # levels of headings
# Centimetres of a column, in letters of 9 points.
LEAST, MIN_TEXT, PER_CHARACTER, BOLD = 1.3, 2.4, 0.175, 0.205
KEPT_WHOLE = 14  # rows of a table that is not broken over pages


def word(document: Document) -> bytes:
    """The document as the bytes of a .docx file."""
    file = WordFile()
    set_up(file, document)
    _cover(file, document)
    if document.has_cover:
        _contents(file, document)
    for number, section in enumerate(document.sections):
        heading = _styled(file, f"Heading {section.level}", section.title)
        _bookmark(heading, number)
        if document.has_cover and section.starts_page:
            heading.paragraph_format.page_break_before = True
        for block in section.blocks:
            _add(file, block, document.words)
    content = io.BytesIO()
    file.save(content)
    return without_time(content.getvalue())


def _styled(file: WordDocument, style: str, text: str = "") -> Paragraph:
    """A paragraph in a style by its name.

    python-docx, given a name, looks through all styles for the default one, for every paragraph.
    """
    paragraph = file.add_paragraph(text)
    paragraph._p.style = file.styles[style].style_id
    return paragraph


def _cover(file: WordDocument, document: Document) -> None:
    title = _styled(file, "Title", document.title)
    _styled(file, "Subtitle", document.subtitle)
    if document.has_cover:
        title.paragraph_format.space_before = Cm(5)
    if document.warning:
        warn(file.add_paragraph(), document.warning)
    for name, value in document.about:
        line = file.add_paragraph()
        line.paragraph_format.space_after = Pt(2)
        line.add_run(f"{name}: ").bold = True
        line.add_run(value)


def _contents(file: WordDocument, document: Document) -> None:
    """The headings with their pages, which are fields: the program that opens it counts."""
    heading = _styled(file, "TOC Heading", document.words.contents)
    heading.paragraph_format.page_break_before = True
    for number, section in enumerate(document.sections):
        if section.level <= IN_CONTENTS:
            line = _styled(file, f"toc {section.level}", section.title)
            line.add_run("\t")
            _field(line, f"PAGEREF _Toc{number} \\h", "").set(qn("w:dirty"), "true")


def _bookmark(heading: Paragraph, number: int) -> None:
    for kind, at_start in (("bookmarkStart", True), ("bookmarkEnd", False)):
        mark = OxmlElement(f"w:{kind}")
        mark.set(qn("w:id"), str(number))
        if at_start:
            mark.set(qn("w:name"), f"_Toc{number}")
            heading._p.insert(1, mark)
        else:
            heading._p.append(mark)


def _add(file: WordDocument, block: Block, words: Words) -> None:
    if isinstance(block, Text):
        file.add_paragraph(block.text)
    elif isinstance(block, Bullets):
        for item in block.items:
            _styled(file, "List Bullet", item)
    elif isinstance(block, Picture):
        _add_picture(file, block, words)
    else:
        _add_table(file, block, words)


def _caption(file: WordDocument, label: str, number: int, text: str) -> Paragraph:
    """`Tabel 3. ...`, with a number that Word counts."""
    caption = _styled(file, "Caption")
    caption.add_run(f"{label} ")
    _field(caption, f"SEQ {label} \\* ARABIC", str(number))
    caption.add_run(f". {text}")
    caption.paragraph_format.keep_with_next = True
    return caption


def _add_picture(file: WordDocument, picture: Picture, words: Words) -> None:
    _caption(file, words.figure, picture.number, picture.caption)
    paragraph = file.add_paragraph()
    # 96 points of the screen to an inch, and never wider than the text.
    width = min(Cm(TEXT_WIDTH), int(picture.width / 2 * 914_400 / 96))
    shape = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=width)
    properties = shape._inline.docPr
    properties.set("descr", picture.alt)
    properties.set("name", f"{words.figure} {picture.number}")


def _add_table(file: WordDocument, table: Table, words: Words) -> None:
    _caption(file, words.table, table.number, table.caption)
    widths = column_widths(table)
    grid = file.add_table(rows=0, cols=len(table.header))
    grid.autofit = False
    description = OxmlElement("w:tblDescription")
    description.set(qn("w:val"), table.caption[:255])
    grid._tbl.tblPr.append(description)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)
    body = grid._tbl
    for index, cells in enumerate((table.header, *table.rows)):
        keeps = index < len(table.rows) and (len(table.rows) <= KEPT_WHOLE or index < 3)
        body.append(_row(cells, widths, table.numeric, index == 0, keeps))
    file.add_paragraph().paragraph_format.space_after = Pt(4)


def _row(
    cells: tuple[str, ...], widths: list[float], numeric: frozenset[int], is_header: bool,
    keeps_with_next: bool,
) -> BaseOxmlElement:  # fmt: skip
    """A row of a table. Made as one element: a cell at a time takes ten times as long."""
    row = parse_xml(
        f'<w:tr xmlns:w="{W}"><w:trPr><w:cantSplit/>'
        f"{'<w:tblHeader/>' if is_header else ''}</w:trPr></w:tr>"
    )
    colour, weight = (BRAND, 8) if is_header else (LINE, 4)
    for column, text in enumerate(cells):
        cell = parse_xml(
            f'<w:tc xmlns:w="{W}"><w:tcPr><w:tcW w:w="{round(widths[column] * 567)}" '
            f'w:type="dxa"/><w:tcBorders><w:bottom w:val="single" w:sz="{weight}" '
            f'w:color="{colour}"/></w:tcBorders>'
            f'<w:vAlign w:val="{"bottom" if is_header else "top"}"/></w:tcPr>'
            f"<w:p><w:pPr>{'<w:keepNext/>' if keeps_with_next else ''}"
            f'<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>'
            f"{RIGHT if column in numeric else ''}</w:pPr><w:r><w:rPr>"
            f'{"<w:b/>" if is_header else ""}<w:sz w:val="18"/></w:rPr>'
            f'<w:t xml:space="preserve"/></w:r></w:p></w:tc>'
        )
        cell.find(f".//{qn('w:t')}").text = text
        row.append(cell)
    return row


def column_widths(table: Table) -> list[float]:
    """In centimetres: figures what they need, texts share the rest, short ones first."""
    columns = list(zip(table.header, *table.rows, strict=True))
    needs = [_needs(cells, column in table.numeric) for column, cells in enumerate(columns)]
    texts = [i for i in range(len(columns)) if i not in table.numeric] or [0]
    rest = TEXT_WIDTH - sum(needs[i] for i in range(len(needs)) if i not in texts)
    if rest < MIN_TEXT * len(texts):  # too many figures: everything gives way alike
        return [need * TEXT_WIDTH / sum(needs) for need in needs]
    for left, i in zip(
        range(len(texts), 0, -1), sorted(texts, key=lambda i: needs[i]), strict=True
    ):
        needs[i] = min(needs[i], rest / left) if left > 1 else rest
        rest -= needs[i]
    return needs


def _needs(cells: tuple[str, ...], is_numeric: bool) -> float:
    """The longest line of figures, or of a text, whose header may be broken between its words."""
    header = max(map(len, re.split(r"\s|(?<=-)", cells[0])), default=1)
    longest = max(map(len, cells[1:]), default=1)
    needed = max(BOLD * header, PER_CHARACTER * longest) + 0.4
    return max(LEAST if is_numeric else MIN_TEXT, needed)


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RIGHT = '<w:jc w:val="right"/>'


def _field(paragraph: Paragraph, instruction: str, shown: str) -> BaseOxmlElement:
    """A field that the program computes again; `shown` until it does."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    return field
