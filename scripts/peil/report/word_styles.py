"""How a Word file looks: page, fonts, headings, header and footer."""

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from peil.report.archive import MOMENT
from peil.report.document import Document

BRAND, LINE, MUTED, CAUTION = "0A3D62", "CCD6DD", "4F5F6C", "553C00"
FONT = "Arial"
MARGIN, WIDTH = 2.2, 16.6  # centimetres; width of the text on A4
LANGUAGES = {"nl": "nl-NL", "en": "en-US"}
# Per style: size, colour, space before and after, in points.
STYLES = {
    "Title": (28, BRAND, 0, 6),
    "Subtitle": (15, MUTED, 0, 18),
    "Heading 1": (20, BRAND, 18, 8),
    "Heading 2": (14, BRAND, 16, 6),
    "Heading 3": (12, BRAND, 12, 4),
    "Caption": (10, BRAND, 10, 4),
    "TOC Heading": (20, BRAND, 0, 8),
}
# A sheet of two pages has no room for large letters.
SHEET = {"Title": 22, "Subtitle": 12, "Heading 1": 14}


def set_up(file: WordDocument, document: Document) -> None:
    """Page, language and styles."""
    language = LANGUAGES.get(document.language, document.language)
    properties = file.core_properties
    # The format holds no longer title.
    properties.title, properties.language = document.title[:255], language
    properties.author = "Peil"
    properties.created = properties.modified = MOMENT
    page = file.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(MARGIN)
    page.top_margin = page.bottom_margin = Cm(MARGIN)
    normal = file.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.paragraph_format.space_after = Pt(8 if document.has_cover else 4)
    normal.paragraph_format.line_spacing = 1.15
    proofing = OxmlElement("w:lang")
    proofing.set(qn("w:val"), language)
    normal.element.get_or_add_rPr().append(proofing)
    for name, (size, colour, before, after) in STYLES.items():
        fitted = size if document.has_cover else min(size, SHEET.get(name, size))
        _style(file, name, fitted, colour, before, after)
    for depth in (1, 2):
        _contents_line(file, depth)
    _frame(file, document)


def _style(file: WordDocument, name: str, size: int, colour: str, before: int, after: int) -> None:
    known = name in [style.name for style in file.styles]
    style = file.styles[name] if known else file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.font.name, style.font.size = FONT, Pt(size)
    style.font.color.rgb, style.font.italic = RGBColor.from_string(colour), False
    style.font.bold = name != "Subtitle"
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for part in (style.element.find(f".//{qn('w:pBdr')}"), properties.find(qn("w:spacing"))):
        if part is not None:
            part.getparent().remove(part)


def _contents_line(file: WordDocument, depth: int) -> None:
    """A heading, dots, and a page number at the right."""
    style = file.styles.add_style(f"toc {depth}", WD_STYLE_TYPE.PARAGRAPH)
    assert isinstance(style, ParagraphStyle)
    style.base_style = file.styles["Normal"]
    layout = style.paragraph_format
    layout.left_indent, layout.space_after = Cm(0.6 * (depth - 1)), Pt(3)
    layout.space_before = Pt(5 if depth == 1 else 0)
    layout.tab_stops.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    style.font.bold = depth == 1


def _frame(file: WordDocument, document: Document) -> None:
    """Title and warning above every page but the first, the page number below it."""
    page = file.sections[0]
    page.different_first_page_header_footer = document.has_cover
    header = page.header.paragraphs[0]
    if document.has_cover:
        run = header.add_run(document.title)
        run.font.size, run.font.color.rgb = Pt(9), RGBColor.from_string(MUTED)
    if document.warning:
        line = page.header.add_paragraph() if document.has_cover else header
        warn(line, document.warning, 9)
    if document.has_cover:
        page.first_page_footer.paragraphs[0].text = ""
    _page_number(page.footer.paragraphs[0], document.words.page)


def warn(paragraph: Paragraph, text: str, size: int = 11) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.color.rgb = True, RGBColor.from_string(CAUTION)
    run.font.size = Pt(size)


def _page_number(paragraph: Paragraph, word: str) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.add_run(f"{word} ")
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)
