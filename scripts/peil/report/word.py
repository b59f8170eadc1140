"""The summary as a Word file: real headings, repeated table headers, Dutch as its language."""

import io
import zipfile
from datetime import datetime

from docx import Document as WordFile
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from peil.report.document import Document, Table

BLUE = RGBColor(0x15, 0x42, 0x73)
WARNING = RGBColor(0x5C, 0x41, 0x00)
# Of the first column, the figures and the last, out of the width between the margins.
WIDTHS = (3.5, 1.7, 2.8, 1.3, 2.2, 2.2, 2.9)
LINE, RULE = "CFD8E0", "154273"
# A fixed moment: the same figures give the same bytes.
MOMENT = datetime(2000, 1, 1)


def word(document: Document) -> bytes:
    """The summary as the bytes of a .docx file."""
    file = WordFile()
    _set_up(file, document)
    file.add_heading(document.title, level=0)
    file.add_paragraph(document.subtitle)
    if document.warning:
        _warn(file.add_paragraph(), document.warning)
    for section in document.sections:
        file.add_heading(section.title, level=1)
        for paragraph in section.paragraphs:
            file.add_paragraph(paragraph)
        for table in section.tables:
            _add_table(file, table)
    file.add_paragraph(document.sources).runs[0].font.size = Pt(9)
    content = io.BytesIO()
    file.save(content)
    return _without_time(content.getvalue())


def _set_up(file: WordDocument, document: Document) -> None:
    properties = file.core_properties
    # The format holds no longer title.
    properties.title, properties.language = document.title[:255], "nl-NL"
    properties.author = "Peil"
    properties.created = properties.modified = MOMENT
    page = file.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2.2)
    normal = file.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(11)
    normal.paragraph_format.space_after = Pt(8)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "nl-NL")
    normal.element.get_or_add_rPr().append(language)
    for name, size in (("Title", 24), ("Heading 1", 15), ("Caption", 10)):
        style = file.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = "Calibri", Pt(size), BLUE
        fonts = style.element.get_or_add_rPr().find(qn("w:rFonts"))
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
    if document.warning:
        page.different_first_page_header_footer = True
        _warn(page.header.paragraphs[0], document.warning)
        _page_number(page.first_page_footer.paragraphs[0])
    _page_number(page.footer.paragraphs[0])


def _warn(paragraph: Paragraph, text: str) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.color.rgb = True, WARNING


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run("Pagina ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _add_table(file: WordDocument, table: Table) -> None:
    caption = file.add_paragraph(table.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    caption.paragraph_format.space_before = Pt(6)
    grid = file.add_table(rows=0, cols=len(table.header))
    grid.autofit = False
    for column, width in zip(grid.columns, WIDTHS, strict=True):
        column.width = Cm(width)
    for index, cells in enumerate((table.header, *table.rows)):
        row = grid.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if index == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for column, text in enumerate(cells):
            cell = row.cells[column]
            cell.width = Cm(WIDTHS[column])
            _rule_below(cell, RULE if index == 0 else LINE)
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(9), index == 0
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.paragraph_format.keep_with_next = index < len(table.rows)
            if column in table.numeric:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    file.add_paragraph()


def _rule_below(cell: _Cell, colour: str) -> None:
    borders = OxmlElement("w:tcBorders")
    bottom = OxmlElement("w:bottom")
    for key, value in (("val", "single"), ("sz", "6"), ("color", colour)):
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    cell._tc.get_or_add_tcPr().append(borders)


def _without_time(content: bytes) -> bytes:
    """The same archive with a fixed time on every member."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(member, old.read(name))
    return target.getvalue()
