"""Labels come from seeds and deliveries: whatever stands in them is shown and never run."""

import csv
import html
import io
import re
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import docx
import duckdb
import pytest
from markdown_it import MarkdownIt
from peil.export.tables import harmless, published_tables, write_csv
from peil.export.workbook import write_workbook
from peil.report.document import (
    Bullets,
    Document,
    Picture,
    Section,
    Table,
    Text,
    Words,
    numbered,
    printable,
)
from peil.report.markdown import escaped, markdown
from peil.report.page import page
from peil.report.word import word

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.nl","klik")',
    "\t=1+1", "\r=1+1", "\n=1+1", "  =1+1", "＝1+1", "＋1", "－1+1", "＠SUM(A1)", "-", "-geen-",
    "\x0b=1+1", "\ufeff=1+1", "=", "-2+3+cmd|' /C calc'!A0", "+31 6 gebeld", "--", "=-1", "+a",
]  # fmt: skip
PLAIN = ["-0,5", "-0.5", "+3", "-99", "-12,5%", "18-29", "a=b", "", "0", "a@b", "1+1", "≥ 65"]
MARKUP = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</p><h1>x", "<!-- x",
    "<b>vet</b>",
    "[klik](javascript:alert(1))", "[klik](JaVaScRiPt:alert(1))", "![x](http://x.nl/y.png)",
    "<javascript:alert(1)>", "<https://x.nl>", "https://x.nl/a?b=1&c=2", "www.x.nl", "a@x.nl",
    "[x]: http://x.nl 'y'", "[x][y]", "[^1]", "&lt;script&gt;", "&#106;avascript:alert(1)",
    "&copy;",
    "# kop", "- punt", "+ punt", "* punt", "> citaat", "1. een", "2) twee", "---", "***", "===",
    "**vet**", "__vet__", "*schuin*", "_schuin_", "~~door~~", "`code`", "```", "    code", "a\\b",
    "a | b", "|---|", "x\n\n# kop", "x\n<script>", "x  \ny", "$x$", "naam_met_streepjes",
    "5 * 3 * 2",
    "vbscript:x", "data:text/html,<script>alert(1)</script>", "\\[klik](x)", "\\<b>", "a^b^",
    "1.", "-", "#", "<", ">", "&", "Anders, namelijk:", "50% (n = 12)", "– 0,5 punt", "é ü ş",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_run_stands_behind_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", PLAIN)
def test_a_number_or_a_plain_text_stays(text):
    assert harmless(text) == text


@pytest.fixture
def marts():
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.figures (label_nl varchar, estimate double, se decimal(9, 3), "
            "n_answers bigint, is_withheld boolean)"
        )
        # What the workbook looks up.
        connection.execute(
            "create table marts.about as select 0.95 as confidence_level, 's' as survey_code, "
            "'Onderzoek' as label_nl, 'een panel' as sample_kinds_nl, true as is_latest_wave; "
            "create table marts.dim_questions (question_code varchar, scale_code varchar); "
            "create table marts.dim_statistics (scale_code varchar, statistic varchar, "
            "kind varchar)"
        )
        connection.executemany(
            "insert into marts.figures values (?, -0.5, -1.250, -3, false)",
            [[text] for text in FORMULAS + MARKUP],
        )
        yield connection


def test_csv_holds_no_formula_and_numbers_stay_numbers(marts, tmp_path):
    (table,) = (t for t in published_tables(marts) if t.name == "figures")
    write_csv(marts, table, tmp_path / "figures.csv")
    with (tmp_path / "figures.csv").open(encoding="utf-8-sig", newline="") as handle:
        _, *rows = csv.reader(handle, delimiter=";")
    assert len(rows) == len(FORMULAS) + len(MARKUP)
    for label, *numbers in rows:
        assert not re.match(r"\s*[=+\-@＝＋－＠]", label) or label == "- 0,5"
        assert numbers == ["-0,5", "-1,250", "-3", "nee"]
    assert [row[0].removeprefix("'") for row in rows] == FORMULAS + MARKUP
    assert Decimal(rows[0][2].replace(",", ".")) == Decimal("-1.25")


def test_the_workbook_holds_texts_and_no_formula_or_link(marts, tmp_path):
    target = tmp_path / "cijfers.xlsx"
    tables = [t for t in published_tables(marts) if t.name == "figures"]
    write_workbook(marts, tables, target, FORMULAS[4])
    with zipfile.ZipFile(target) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert len(sheets) == 3
        kept = 0
        for name in sheets:
            content = book.read(name)
            root = ElementTree.fromstring(content)
            assert not [e for e in root.iter() if e.tag.endswith("}f")], "a formula"
            for link in (e for e in root.iter() if e.tag.endswith("}hyperlink")):
                assert link.get("location"), "a link that leaves the workbook"
            kept += content.count(b"HYPERLINK(")
        assert kept == 1, "the text of the formula is there"
        relations = [name for name in book.namelist() if "worksheets/_rels" in name]
        assert not relations


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360"
    "0000000200015df3a0750000000049454e44ae426082"
)


def document(text: str) -> Document:
    table = Table(text, (text, "n", "x", "x", "x", "x", "x"), ((text,) * 7,), frozenset({1}))
    blocks = (Text(text), Text(text), table, Picture(text, text, PIXEL, 2, 2))
    section = Section(text, (*blocks, Bullets((text,))))
    words = Words("Inhoud", "Figuur", "Tabel", "Pagina")
    whole = Document(text, text, ((text, text),), (section,), words, "nl", text)
    return printable(numbered(whole))


def tokens(source: str) -> list:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = []
    for token in parser.parse(source):
        found.append(token)
        found += token.children or []
    return found


# What the summary itself is made of.
OWN = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "blockquote_open",
    "blockquote_close", "strong_open", "strong_close", "inline", "text", "table_open",
    "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close",
    "th_open", "th_close", "td_open", "td_close", "text_special", "softbreak", "bullet_list_open",
    "bullet_list_close", "list_item_open", "list_item_close",
}  # fmt: skip


@pytest.mark.parametrize("text", MARKUP + FORMULAS)
def test_markdown_shows_a_label_as_it_is(text):
    source = markdown(document(text)).decode()
    found = tokens(source)
    assert {token.type for token in found} <= OWN
    assert [t.tag for t in found if t.type == "heading_open"] == ["h1", "h2"]
    assert len([t for t in found if t.type == "table_open"]) == 1
    assert len([t for t in found if t.type == "td_open"]) == 7
    shown = " ".join(printable(text).split())
    lines = ["".join(c.content for c in t.children) for t in found if t.type == "inline"]
    assert lines.count(shown) >= 14, lines
    said = [line for line in lines if shown in line]
    assert len(said) - lines.count(shown) == 3, "the cover, a table and a figure name it"
    low = source.lower()
    assert "<script" not in low
    assert "javascript:" not in low
    assert "](" not in source


@pytest.mark.parametrize(
    "text", ["https://x.nl/a", "www.x.nl", "a@x.nl", "ftp://x", "mailto:a@b.nl"]
)
def test_what_markdown_of_github_makes_a_link_of_by_itself_is_none(text):
    """Its extension looks for `://`, `www.` and `@` before entities are read."""
    assert not re.search(r"https?:|ftp:|mailto:|www\.|\w@\w", escaped(text))
    assert html.unescape(escaped(text)) == text


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("text", MARKUP)
def test_html_shows_a_label_as_it_is(text):
    shown, plain = Elements(), Elements()
    shown.feed(page(document(text)).decode())
    plain.feed(page(document("gewoon")).decode())
    assert shown.seen == plain.seen
    assert shown.attributes == plain.attributes
    assert not shown.attributes & {"onerror", "onload"}
    assert all(link.startswith(("#s", "data:image/png;base64,")) for link in shown.links)
    assert shown.text.count(text) >= 14


@pytest.mark.parametrize("text", [*MARKUP, "a\x00b\x0bc\x1fd", "x\ufffey", "\u202eomgekeerd"])
def test_word_shows_a_label_as_it_is(text):
    content = word(document(text))
    file = docx.Document(io.BytesIO(content))
    shown = printable(text)
    assert file.paragraphs[0].text == shown
    assert file.tables[0].cell(1, 0).text == shown
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        body = archive.read("word/document.xml").decode()
    assert "w:hyperlink" not in body
    assert "w:instrText" not in body
    fields = re.findall(r'w:instr="([^"]*)"', body)
    own = {"PAGEREF _Toc0 \\h", "SEQ Tabel \\* ARABIC", "SEQ Figuur \\* ARABIC"}
    assert set(fields) == own, "a label is no field"


def test_a_label_hides_nothing_and_breaks_no_format():
    assert printable("a\x00b\u202ec\u2066d\ufffe\ud800e\tf") == "abcde\tf"
    assert printable(document("x")) == document("x")
