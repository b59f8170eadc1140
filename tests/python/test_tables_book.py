"""The tabellenboek holds the published figures, and opens as its reader expects."""

import csv
import html
import io
import re
import shutil
import subprocess
import warnings
import zipfile
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest
from conftest import options, peil
from peil.report.book import banner, book
from peil.report.book_charts import n_answers
from peil.report.book_excel import excel
from peil.report.book_files import as_csv, as_page, name_of, written
from peil.report.book_parts import Book, Cell, Chapter
from peil.report.book_sheets import Pages, Styles, halves_up
from peil.report.compose import read_published
from peil.site.crosstabs import CrossFigure
from python_calamine import CalamineWorkbook
from site_pages import tables_of_page
from xlsxwriter import Workbook


@pytest.fixture(scope="module")
def made(demo) -> Book:
    return book(read_published(demo.published_file))


@pytest.fixture(scope="module")
def workbook(demo) -> zipfile.ZipFile:
    return zipfile.ZipFile(demo.published / "documents" / "tabellenboek.xlsx")


def sheets(content: bytes) -> dict[str, list[list]]:
    found = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: found.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in found.sheet_names
    }


@pytest.fixture(scope="module")
def cells(demo) -> dict[str, list[list]]:
    return sheets((demo.published / "documents" / "tabellenboek.xlsx").read_bytes())


def of_topics(made: Book) -> list[Chapter]:
    """Chapters under the banner of the survey: those of crosstabs have columns of their own."""
    return [chapter for chapter in made.chapters if chapter.columns[0].segment]


def of_crosstabs(made: Book) -> list[Chapter]:
    return [chapter for chapter in made.chapters if not chapter.columns[0].segment]


def test_an_arrow_is_of_the_group_of_its_own_division(made):
    """Two divisions may have a group of one name, such as yes: the other one has no arrow of it."""
    reading = made.reading
    key, arrow = next(iter(reading.measures.arrows.items()))
    figure = reading.data.figure[key]._replace(significantly_higher_than=None)
    assert arrow in made.cell(figure).mark
    assert arrow not in made.cell(figure._replace(segment_code="another")).mark


def published_figures(published: duckdb.DuckDBPyConnection) -> dict[tuple, float | None]:
    """(survey, question, row, division, group) to the figure; none where it is withheld."""
    rows = published.execute(
        "select a.label_nl, q.label_nl, coalesce(e.option_label_nl, e.statistic_label_nl), "
        "if(d.is_total, '', d.division_label_nl), if(d.is_total, '', d.label_nl), e.estimate "
        "from marts.estimates e join marts.dim_questions q using (survey_code, question_code) "
        "join marts.dim_segments d on (e.survey_code, e.segment_code, e.segment_value) = "
        "(d.survey_code, d.segment_code, d.segment_value) and d.second_segment_value is null "
        "join marts.about a on e.survey_code = a.survey_code and e.wave_code = a.wave_code "
        "where e.is_default_scheme and a.is_latest_wave"
    ).fetchall()
    return {tuple(key): value for *key, value in rows}


def exactly(figure: float) -> object:
    """In the 15 digits that a spreadsheet shows; the one after it may decide how a half rounds."""
    return pytest.approx(figure, rel=2e-15, abs=0)


def tables_of(rows: list[list]) -> dict[str, list[list]]:
    """Title of a table to its rows; under the banner of a sheet."""
    found: dict[str, list[list]] = {}
    for row in rows[6:]:
        if re.match(r"\d+\. ", str(row[0])):
            own = found[row[0].partition(". ")[2]] = []
        elif row[0] != "" and any(value != "" for value in row[1:]):
            own.append(row)
    return found


def test_every_published_figure_of_the_banner_stands_in_its_cell(cells, made, published):
    known = published_figures(published)
    n_figures = 0
    for chapter in of_topics(made):
        if chapter.tables[0].label.startswith("Kerncijfers"):
            continue
        rows = next(
            rows for rows in cells.values()
            if rows[0][0] == chapter.title and rows[1][0].startswith(chapter.subtitle)
        )  # fmt: skip
        divisions, division = [], ""
        for name in rows[3][1:]:
            division = name or division
            divisions.append(division)
        for label, lines in tables_of(rows).items():
            for line in lines:
                if line[0] in ("Aantal antwoorden (ongewogen)", "Effectief aantal antwoorden"):
                    continue
                for at, value in enumerate(line[1:]):
                    group = rows[4][at + 1] if divisions[at] else ""
                    figure = known[chapter.subtitle, label, line[0], divisions[at], group]
                    if figure is None:
                        assert re.fullmatch(r"x\d", value), (label, line[0], group)
                    else:
                        assert value == exactly(figure), (label, line[0], group)
                        n_figures += 1
    in_banner = (
        "select count(*) from marts.estimates e semi join marts.dim_segments d on "
        "(e.survey_code, e.segment_code) = (d.survey_code, d.segment_code) "
        "and (is_in_banner or is_total) where is_default_scheme and not is_withheld"
    )
    assert n_figures == published.execute(in_banner).fetchone()[0]


def test_what_is_withheld_is_marked_with_its_reason(cells, made, published):
    reasons = {
        reason for (reason,) in published.execute(
            "select withheld_label_nl from marts.estimates where is_withheld "
            "and is_default_scheme "
            "union select withheld_label_nl from marts.crosstabs where is_withheld"
        ).fetchall()
    }  # fmt: skip
    assert set(made.reasons) == reasons
    front = [row[0] for row in cells["Inhoud"]]
    for number, reason in enumerate(made.reasons, 1):
        assert f"x{number} in plaats van een cijfer: {reason}." in front


def test_a_base_is_that_of_the_question_and_no_base_of_what_is_withheld(made, published):
    bases = dict(
        published.execute(
            "select (question_label_nl, segment_code, segment_value), max(n_answers) "
            "from marts.estimates where is_default_scheme and not is_withheld group by 1"
        ).fetchall()
    )
    n_read = 0
    for chapter in of_topics(made):
        for table in chapter.tables:
            for column, cell in zip(chapter.columns, table.rows[-2].cells, strict=True):
                key = (table.label, column.segment, column.group)
                if key in bases and table.rows[-2].label.startswith("Aantal antwoorden"):
                    assert cell.value == bases[key]
                    n_read += 1
                elif table.number and not table.label.startswith("Kerncijfers"):
                    assert cell.value is None
                    assert cell.reason
    assert n_read > 100


def test_a_crosstab_is_a_chapter_with_the_figures_of_its_mart(made, published):
    chapters = of_crosstabs(made)
    declared = published.execute(
        "select crosstab_label_nl, list(distinct column_label_nl) from marts.crosstabs group by 1"
    ).fetchall()
    assert len(chapters) == len(declared) > 1
    known = {
        tuple(key): values for *key, values in published.execute(
            "select crosstab_label_nl, label_nl, column_label_nl, "
            "[estimate, row_share, n_answers] from marts.crosstabs"
        ).fetchall()
    }  # fmt: skip
    n_read = 0
    for chapter in chapters:
        figures, *divided = chapter.tables
        columns = [column.label for column in chapter.columns]
        assert sorted(columns) == sorted(dict(declared)[figures.label])
        for at, table in enumerate((figures, *divided)):
            for row in table.rows[: len(table.rows) - 2 * (at == 0)]:
                for column, cell in zip(columns, row.cells, strict=True):
                    value = known[figures.label, row.label, column][at]
                    assert (cell.value, bool(cell.reason)) == (value, value is None)
                    n_read += value is not None
        for column, cell in zip(columns, figures.rows[-2].cells, strict=True):
            bases = [v[2] for k, v in known.items() if (k[0], k[2]) == (figures.label, column)]
            assert cell.value == max((n for n in bases if n is not None), default=None)
    assert (
        n_read
        == published.execute(
            "select count(estimate) + count(row_share) from marts.crosstabs"
        ).fetchone()[0]
    )


def test_an_answer_among_those_who_gave_it_has_no_letters(made):
    """All users of a channel used it: that they did so more than others is no finding."""
    itself = [
        (f, chapter_cell(made, f))
        for c in made.reading.data.crosstabs for f in c.figures.values()
        if (f.question_code, f.answer_code) == (f.column_code, f.column_value)
    ]  # fmt: skip
    assert any(f.significantly_higher_than for f, _ in itself)
    assert [mark for _, mark in itself if mark] == []


def test_crossed_columns_have_a_header_of_two_rows(made, published):
    """As many columns below as the parts above span, in the page and in every row."""
    crossed = published.execute(
        "select crosstab_label_nl, count(distinct first_label_nl), "
        "count(distinct (first_label_nl, second_label_nl)) from marts.crosstabs "
        "where second_label_nl is not null group by 1"
    ).fetchall()
    assert crossed
    text = as_page(made).decode()
    for label, n_above, n_below in crossed:
        caption = re.search(rf"<caption>[^<]*\. {re.escape(html.escape(label))}", text)
        table = text[caption.start() :]
        head = table[: table.index("</thead>")]
        spans = [int(n) for n in re.findall(r'<th scope="colgroup" colspan="(\d+)"', head)]
        assert (len(spans), sum(spans)) == (n_above, n_below)
        assert head.partition("</tr>")[2].count('<th scope="col"') == n_below
        groups = [int(n) for n in re.findall(r'<colgroup span="(\d+)"', head)]
        row = table[table.index("<tbody>") : table.index("</tr>", table.index("<tbody>"))]
        assert sum(groups) == row.count("<t") - 2, "a row has a cell per column"


def chapter_cell(made: Book, f: CrossFigure) -> str:
    chapter = next(c for c in of_crosstabs(made) if c.tables[0].label == f.crosstab_label)
    at = [column.label for column in chapter.columns].index(f.column_label)
    return next(row.cells[at].mark for row in chapter.tables[0].rows if row.label == f.label)


def test_the_banner_is_what_the_codebook_says(made):
    groups = [g for g in made.reading.data.groups if g.survey_code == "omnichannel"]
    columns = banner(made.reading, "omnichannel")
    assert [c.label for c in columns[1:]] == [g.label for g in groups if g.is_in_banner]
    assert {"Deelname", "Geslacht", "Leeftijd"} <= {c.division for c in columns}
    assert not any(c.division == "Gemeente" for c in columns)


def test_a_region_stands_beside_its_group_and_everybody(cells, made, published):
    assert len(made.regions) == 29
    region = made.regions[0]
    rows = cells[region.title]
    assert rows[3][3] == region.title
    assert rows[3][-1] == "Iedereen samen"
    side = published.execute(
        "select group_label_nl from marts.dim_municipalities where label_nl = $1 "
        "and survey_code = 'omnichannel'", [region.title],
    ).fetchone()[0]  # fmt: skip
    assert rows[3][-2] == side
    known = published_figures(published)
    label = made.title
    for row in rows[4:]:
        own = known[label, row[1], row[2], "Gemeente", region.title]
        assert row[3] == exactly(own) if own is not None else re.fullmatch(r"x\d", row[3])
        assert own is not None or list(row[4:7]) == [""] * 3, (
            "no interval or base of a withheld row"
        )
        assert row[-1] == exactly(known[label, row[1], row[2], "", ""])
        assert row[-2] == exactly(known[label, row[1], row[2], "Deelname", side])


def test_letters_and_signs_are_part_of_the_number(workbook, made):
    styles = workbook.read("xl/styles.xml").decode()
    marks = {
        cell.mark for c in made.chapters for t in c.tables for r in t.rows for cell in r.cells
    } - {""}  # fmt: skip
    assert any(mark.isalpha() for mark in marks)
    for mark in marks:
        assert f"&quot;{mark}&quot;" in styles
    letters = [*made.reading.data.estimates]
    letters += [f for c in made.reading.data.crosstabs for f in c.figures.values()]
    expected = {e.significantly_higher_than for e in letters if e.significantly_higher_than}
    assert {mark.strip("°▲▼") for mark in marks} - {""} <= expected


def test_it_is_accessible_prints_well_and_is_small(workbook):
    book_xml = workbook.read("xl/workbook.xml").decode()
    names = [name for name in workbook.namelist() if re.match(r"xl/worksheets/sheet\d+", name)]
    for name in names:
        sheet = workbook.read(name).decode()
        assert "<mergeCell" not in sheet
        assert 'fitToHeight="0"' in sheet
    n_tables = len(names) - 2  # contents and charts have no table with headers
    assert len(re.findall(r"TitleRegion1\.[a-z]+4\.[a-z]+\d+\.\d+", book_xml)) == n_tables
    assert book_xml.count("_xlnm.Print_Area") == len(names)
    assert sum(f.file_size for f in workbook.infolist() if "chart" in f.filename) > 0
    drawings = [n for n in workbook.namelist() if re.match(r"xl/drawings/drawing\d+\.xml", n)]
    for drawing in drawings:
        pictures = re.findall(r"<xdr:cNvPr [^>]*>", workbook.read(drawing).decode())
        assert pictures
        assert all(re.search(r'descr="[^"]+"', picture) for picture in pictures)
    assert workbook.fp.seek(0, 2) < 3_000_000


def test_charts_are_drawn_from_cells_that_hold_their_figures(workbook, cells):
    charts = [n for n in workbook.namelist() if re.match(r"xl/charts/chart\d+\.xml", n)]
    assert len(charts) > 5
    for chart in charts:
        xml = workbook.read(chart).decode()
        for where in re.findall(r"<c:val><c:numRef><c:f>([^<]*)</c:f>", xml):
            sheet, column, *ends = re.fullmatch(
                r"(.*)!\$([A-Z])\$(\d+)(?::\$[A-Z]\$(\d+))?", where
            ).groups()
            top, end = int(ends[0]), int(ends[1] or ends[0])
            rows = cells[sheet.strip("'").replace("''", "'")][top - 1 : end]
            values = [row[ord(column) - ord("A")] for row in rows]
            assert all(isinstance(value, float) or value.startswith("x") for value in values)
            assert all(0 <= value <= 1 for value in values if isinstance(value, float))


def test_the_page_and_the_csv_say_the_same(demo, made):
    page = (demo.published / "documents" / "tabellenboek.html").read_text("utf-8")
    pages = tables_of_page(page)
    tables = [(c, t) for c in made.chapters for t in c.tables]
    assert len(pages) == len(tables)
    for (chapter, table), shown in zip(tables, pages, strict=True):
        # Under the groups that crossed columns share, which stand in a row of their own.
        n_heads = 1 + any(column.sides[1] for column in chapter.columns)
        names = [
            name_of(column._replace(label=column.sides[1] or column.label))
            for column in chapter.columns
        ]
        heads = shown[0][1:] if n_heads == 1 else [shown[0][1], *shown[1]]
        assert heads == names
        for row, line in zip(table.rows, shown[n_heads:], strict=True):
            assert line == [row.label, *(written(made, cell, row.unit) for cell in row.cells)]
    text = (demo.published / "documents" / "tabellenboek.csv").read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    figures = [row for row in rows if row["Cijfer"]]
    assert all("gesimuleerd" in row["Onderzoek"] for row in rows)
    assert all(bool(row["Cijfer"]) != bool(row["Waarom niet getoond"]) for row in rows)
    cells = [cell for _, t in tables for row in t.rows for cell in row.cells]
    cells += [line.cells[0] for region in made.regions for line in region.lines]
    assert len(rows) == len(cells)
    assert len(figures) == sum(cell.value is not None for cell in cells)
    values = [float(row["Cijfer"].replace(",", ".")) for row in figures]
    assert values == pytest.approx([cell.value for cell in cells if cell.value is not None])


def test_what_ends_on_a_half_is_no_less_in_a_workbook():
    """A workbook holds 16 digits; LibreOffice rounds a hundred times the number."""
    for value in (0.285, 0.145, 0.575, 1.005, 6.35, 0.5, 0.0005, -0.285):
        written = float(f"{halves_up(value):.16G}")
        assert abs(written - value) <= 2e-16 * max(abs(value), 1) * 10
        assert abs(100 * written) >= abs(Decimal(repr(value)) * 100)
        assert f"{written:.15G}" == f"{value:.15G}"
    assert [halves_up(value) for value in (0.28, 0.0, 7.0, 6.5)] == [0.28, 0.0, 7.0, 6.5]


def test_libreoffice_shows_what_the_page_shows(demo, made, tmp_path):
    """Every sheet as it is displayed: signs behind figures, percentages, no error."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    whole_book = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true,false,false,-1"
    source = demo.published / "documents" / "tabellenboek.xlsx"
    for to in (whole_book, "pdf"):
        subprocess.run(
            [program, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
             "--convert-to", to, "--outdir", tmp_path, source],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
    assert (tmp_path / "tabellenboek.pdf").stat().st_size > 100_000
    text = "\n".join(p.read_text("utf-8") for p in tmp_path.glob("*.csv"))
    assert not re.search(r"#(REF|NAME|VALUE|DIV/0|N/A)|Err:\d|###", text)
    chapter = next(c for c in made.chapters if c.title == "Afhandeling")
    shown = list(csv.reader((tmp_path / "tabellenboek-Afhandeling.csv").open(), delimiter=";"))
    lines = [row for row in shown if row[0] == chapter.tables[0].rows[0].label]
    first = [
        written(made, cell, chapter.tables[0].rows[0].unit)
        for cell in chapter.tables[0].rows[0].cells
    ]
    assert lines[0][1:] == first


def test_the_same_figures_give_the_same_bytes_and_a_label_is_never_a_formula(made):
    assert excel(made) == excel(made)
    chapter = made.chapters[1]
    table = chapter.tables[0]
    hostile = Book(made.reading, "=1+1", "=2", None, reasons=made.reasons)
    rows = (table.rows[0]._replace(label='=HYPERLINK("http://x.nl")'), *table.rows[1:])
    title = "'=[a]:*?/\\ " + "x" * 40
    hostile.chapters = [
        type(chapter)(title, "=3", chapter.columns, (table._replace(label="=4", rows=rows),)),
        type(chapter)(title, "=3", chapter.columns, (table,)),
    ]
    content = excel(hostile)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = "".join(
            archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/s")
        )
    assert "<f>=" not in xml
    assert "HYPERLINK" not in xml
    names = list(sheets(content))
    assert len(names) == len({name.lower() for name in names})
    assert all(len(name) <= 31 for name in names)
    assert "'=HYPERLINK" in as_csv(hostile).decode()


def test_the_verb_writes_it_again_and_is_refused_where_nothing_is_published(demo, tmp_path):
    done = peil("tabellenboek", *options(demo), "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("tabellenboek.xlsx", "tabellenboek.html", "tabellenboek.csv"):
        written_again = (tmp_path / name).read_bytes()
        assert written_again == (demo.published / "documents" / name).read_bytes()
    refused = peil("tabellenboek", "--published", tmp_path / "none", "--warehouse", demo.warehouse)
    assert refused.returncode == 2
    assert "peil nightly" in refused.stderr or "published" in refused.stderr


def test_names_of_sheets_are_short_as_excel_counts_them():
    """An emoji is two characters there; "History" is a name that Excel keeps for itself."""
    with Workbook(io.BytesIO(), {"in_memory": True}) as target:
        pages = Pages(target, Styles(target))
        titles = ("\U0001f600" * 40, "\U0001f600" * 40, "History", "x" * 40, "x" * 40, "Plain")
        names = [pages.sheet(title).get_name() for title in titles]
    assert max(len(name.encode("utf-16-le")) // 2 for name in names) <= 31
    assert len({name.lower() for name in names} | {"history"}) == len(titles) + 1
    assert names[-1] == "Plain"


def test_a_sheet_of_any_name_can_be_found_and_hides_nothing(made):
    """An apostrophe stands in names of places; a line break or a turned text in none."""
    titles = ("'s-Hertogenbosch", "a'b & c", "ne\now", "tu\u202ern", "#!$ {0}", "=1+1")
    chapter = made.chapters[1]
    named = Book(made.reading, "tu\u202ern", "tu\u202ern", None, reasons=made.reasons)
    named.chapters = [type(chapter)(t, t, chapter.columns, chapter.tables) for t in titles]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        content = excel(named)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [n for n in archive.namelist() if "\u202e".encode() in archive.read(n)]
        workbook = archive.read("xl/workbook.xml").decode()
    names = list(sheets(content))[1 : len(titles) + 1]
    assert names == ["\u2019s-Hertogenbosch", "a\u2019b & c", "ne ow", "turn", "# $ {0}", "=1+1"]
    assert workbook.count("TitleRegion1") == len(titles), "every sheet says where its headers are"


def test_a_share_that_is_not_shown_is_no_bar_of_nothing(made):
    """A chart takes the sign in the table for 0: it says why there is no bar, and not 0%."""
    chapter, table = next((c, t) for c in made.chapters for t in c.tables if n_answers(t) > 2)

    def charts(withheld: set[int]) -> list[str]:
        rows = [
            row._replace(cells=(Cell(None, "", 1), *row.cells[1:])) if i in withheld else row
            for i, row in enumerate(table.rows)
        ]
        own = replace(chapter, tables=(table._replace(rows=tuple(rows)),), batteries=())
        content = excel(replace(made, chapters=[own], regions=[], reasons=["few"]))
        file = zipfile.ZipFile(io.BytesIO(content))
        return [file.read(n).decode() for n in file.namelist() if n.startswith("xl/charts/chart")]

    (whole,), (first,) = charts(set()), charts({0})
    assert "x1" not in whole
    assert len(re.findall(r"<c:dLbl>.*?x1.*?</c:dLbl>", first)) == 1
    assert charts(set(range(n_answers(table)))) == []
