"""The site of a published file in which something is planted: withheld, absent, hostile, other."""

import csv
import html
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from conftest import options, peil
from peil.errors import InputError, PeilError
from peil.site import build_site
from peil.site.context import read
from site_pages import (
    Page,
    changed,
    check_links,
    pages_of,
    plant_waves,
    rows_of,
    tables_of_page,
)  # fmt: skip


def test_a_planted_withheld_figure_stops_the_site_and_leaves_the_earlier_one(demo, tmp_path):
    build_site(demo.published_file, tmp_path / "site")
    before = (tmp_path / "site" / "index.html").read_bytes()
    leaking = changed(
        demo.published_file,
        tmp_path / "leak.duckdb",
        "update marts.estimates set estimate = 0.4711 where sort_order = "
        "(select min(sort_order) from marts.estimates where is_withheld)",
    )
    with pytest.raises(PeilError, match="is withheld and has a figure"):
        build_site(leaking, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_bytes() == before
    assert not list(tmp_path.glob(".site*"))


def test_a_withheld_figure_appears_nowhere(demo, site, tmp_path):
    """A figure withheld in the file is in no page or data file."""
    name = "gebruikte-contactkanalen.html"
    page = (site / name).read_text("utf-8")
    share = next(n for n in range(70, 95) if f"{n}%" not in page)
    where = (
        "where is_default_scheme and segment_code = 'total' and question_code = 'channels_used' "
        "and option_code = 'letter'"
    )
    planted = f"set estimate = 0.{share}04, ci_low = 0.{share}03, ci_high = 0.{share}05"
    file = changed(
        demo.published_file, tmp_path / "peil.duckdb", f"update marts.estimates {planted} {where}"
    )
    build_site(file, tmp_path / "open")
    hidden = changed(
        file,
        tmp_path / "hidden.duckdb",
        "update marts.estimates set estimate = null, ci_low = null, ci_high = null, "
        f"n_answers = null, is_withheld = true, withheld_label_nl = 'Te weinig' {where}",
    )
    build_site(hidden, tmp_path / "closed")

    def mentions(folder: Path) -> set[str]:
        exact = re.compile(rf"0[.,]{share}0[345]")
        found = {path.name for path in folder.rglob("*") if exact.search(text_of(path))}
        return found | ({name} if f"{share}%" in text_of(folder / name) else set())

    planted_in = mentions(tmp_path / "open") - mentions(site)
    assert planted_in >= {name, "channels_used.csv", "channels_used.json"}
    assert mentions(tmp_path / "closed") <= mentions(site)


def text_of(path: Path) -> str:
    return path.read_text("utf-8") if path.suffix in {".html", ".csv", ".json"} else ""


def test_only_a_site_is_replaced(demo, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("my own page")
    with pytest.raises(InputError, match="holds something else than a site"):
        build_site(demo.published_file, tmp_path / "mine")
    assert (tmp_path / "mine" / "index.html").read_text() == "my own page"
    run = peil("site", *options(demo), "--output", tmp_path / "new")
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "new" / "peil.duckdb").stat().st_size


@pytest.fixture(scope="module")
def few_regions(demo, tmp_path_factory) -> Path:
    """The published file with three municipalities: a page for each is what a site takes."""
    others = (
        "(select municipality_code from marts.dim_municipalities where municipality_code not in "
        "(select distinct municipality_code from marts.dim_municipalities order by all limit 3))"
    )
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() where column_name in "
            "('municipality_code', 'segment_value', 'segment_value_a', 'segment_value_b') "
            "order by table_name = 'dim_municipalities'"
        ).fetchall()
    return changed(
        demo.published_file, tmp_path_factory.mktemp("few") / "few.duckdb",
        *(f"delete from marts.{table} where {column} in {others}" for table, column in columns),
    )  # fmt: skip


@pytest.mark.parametrize(
    "table",
    [
        "kpi_scorecard", "recommendations", "contrast_effects", "priority_matrix",
        "staff_and_resident_experience", "dim_municipalities", "comparisons", "dim_channels",
        "disclosure_attacks", "item_response", "weighting_quality", "standard_error_audit",
        "crosstabs", "score_reliability",
    ],
)  # fmt: skip
def test_a_survey_without_a_table_gets_a_whole_site_without_its_page(few_regions, tmp_path, table):
    """No KPIs, advice, contrast, staff, regions, tests or channels: the rest stands, whole."""
    file = changed(few_regions, tmp_path / "less.duckdb", f"delete from marts.{table}")
    site = tmp_path / "site"
    build_site(file, site)
    found = pages_of(site)
    check_links(site, found)
    gone = {
        "kpi_scorecard": "kpis.html", "recommendations": "aanbevelingen.html",
        "contrast_effects": "deelnemers-tegenover-niet-deelnemers.html",
        "priority_matrix": "prioriteiten.html", "dim_municipalities": "gemeente.html",
        "staff_and_resident_experience": "inwoners-en-medewerkers.html",
        "disclosure_attacks": "bescherming-van-antwoorden.html", "crosstabs": "kruistabellen.html",
    }  # fmt: skip
    assert gone.get(table) not in found
    assert {"index.html", "status-volgen.html", "zelf-tabellen-maken.html"} <= set(found)


def test_a_planted_withheld_crosstab_stops_the_site(demo, tmp_path):
    leaking = changed(
        demo.published_file, tmp_path / "leak.duckdb",
        "update marts.crosstabs set row_share = 0.4711 where sort_order = "
        "(select min(sort_order) from marts.crosstabs where is_withheld)",
    )  # fmt: skip
    with pytest.raises(PeilError, match=r"crosstabs: .* is withheld and has a figure"):
        build_site(leaking, tmp_path / "site")


def test_alpha_stands_with_the_score_and_in_the_account(demo, site, pages, published, tmp_path):
    alpha, label, topic = published.execute(
        "select any_value(alpha), any_value(question_label_nl), any_value(topic_label_nl) "
        "from marts.score_reliability join marts.dim_questions using (survey_code, question_code)"
    ).fetchone()
    written = f"{Decimal(str(alpha)).quantize(Decimal('0.01'), ROUND_HALF_UP)}".replace(".", ",")
    page = next(page for page in pages.values() if page.title.startswith(f"{topic} "))
    assert f"Cronbachs alfa is {written}, bij" in page.words
    method = (site / "verantwoording.html").read_text("utf-8")
    assert any(row[0] == label and row[-1] == written
               for rows in tables_of_page(method) for row in rows)  # fmt: skip
    hidden = changed(
        demo.published_file, tmp_path / "hidden.duckdb",
        "update marts.score_reliability set alpha = null, n_answers = null, "
        "item_rest_correlation = null, alpha_without_item = null, is_withheld = true",
    )  # fmt: skip
    build_site(hidden, tmp_path / "site")
    folder = pages_of(tmp_path / "site")
    page = next(page for page in folder.values() if page.title.startswith(f"{topic} "))
    assert "Cronbachs alfa is niet getoond" in page.words
    assert f"alfa is {written}" not in page.words


def test_trends_show_the_wave_before_the_base_wave_and_the_line(demo, pages, tmp_path):
    assert "trends.html" not in pages, "one wave has no trends"
    for base in (False, True):
        folder = tmp_path / f"base_{base}"
        file = plant_waves(demo.published_file, tmp_path / f"{base}.duckdb", base=base)
        build_site(file, folder)
        page = pages_of(folder)["trends.html"]
        n = len(rows_of(folder / "data" / "trends.csv"))
        assert f"{n} van de {n} cijfers veranderden zeker sinds Meting w2" in page.words
        assert (f"{n} van de {n} cijfers veranderden zeker sinds Meting w1" in page.words) is base
        assert (f"0 van de {n} cijfers gaan over alle metingen" in page.words) is base
        assert len(page.ids) == len(set(page.ids))
    changes = {
        name: {row[column] for row in rows_of(folder / "data" / f"{name}.csv")}
        for name, column in (("trends", "verandering"), ("base-trends", "verandering"),
                             ("line-trends", "verandering per jaar"))
    }  # fmt: skip
    assert changes == {"trends": {"0,02"}, "base-trends": {"-0,05"}, "line-trends": {"-0,01"}}
    check_links(folder, pages_of(folder))


def test_a_survey_without_any_figure_gets_a_whole_site(demo, tmp_path):
    """Nobody answered: what can be said is how it was done."""
    empty = ("estimates", "comparisons", "contrast_effects", "kpi_scorecard", "recommendations")
    statements = [f"delete from marts.{table}" for table in empty]
    file = changed(demo.published_file, tmp_path / "none.duckdb", *statements)
    site = tmp_path / "site"
    build_site(file, site)
    found = {str(path.relative_to(site)): Page(path) for path in sorted(site.rglob("*.html"))}
    check_links(site, found)
    assert {"index.html", "verantwoording.html", "404.html"} <= set(found)


def test_the_site_speaks_the_language_of_the_survey(demo, tmp_path):
    file = changed(
        demo.published_file, tmp_path / "english.duckdb", "update marts.about set language = 'en'"
    )
    site = tmp_path / "site"
    build_site(file, site)
    page = Page(site / "index.html")
    assert page.attribute("html", "lang", "lang", "en") == "en"
    assert "Where is the problem?" in page.words
    assert "6.5" in page.words and "6,5" not in page.words
    assert "Samenvatting" not in page.words


TURNED = "\u202e"
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>[a](javascript:alert(1))"


def test_labels_are_shown_and_never_run(demo, tmp_path):
    """Every label of the codebook is markup; the pages hold the same elements as before.

    Behind it stands a sign that would turn all that follows: a figure as well.
    """
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() inner join duckdb_tables() "
            "using (database_name, schema_name, table_name) where data_type = 'VARCHAR' and "
            "regexp_matches(column_name, '(label|title|text|introduction|reason|formula|warning"
            "|warnings|description|method|sources|licences|caution|publisher|contact)(_|$)')"
        ).fetchall()
    statements = [
        f"update marts.{table} set {column} = {column} || '{MARKUP.replace(chr(39), chr(39) * 2)}' "
        f"|| chr({ord(TURNED)}) where {column} is not null"
        for table, column in columns
    ]
    file = changed(demo.published_file, tmp_path / "hostile.duckdb", *statements)
    build_site(file, tmp_path / "site")
    for path in (tmp_path / "site").rglob("*.html"):
        page = Page(path)
        scripts = [a for tag, a in page.tags if tag == "script"]
        assert [list(a) for a in scripts] == [["src", "defer"]], path.name
        assert not any(tag == "img" for tag, _ in page.tags), path.name
        assert not [a for _, found in page.tags for a in found if a.startswith("on")], path.name
        assert not [link for link in page.links if urlsplit(link).scheme], path.name
    assert MARKUP in html.unescape((tmp_path / "site" / "index.html").read_text("utf-8"))
    for path in (tmp_path / "site").rglob("*"):
        assert path.resolve().is_relative_to((tmp_path / "site").resolve())
        assert TURNED not in text_of(path), path.name


def test_a_code_that_is_a_path_stays_inside_the_folder(demo, tmp_path):
    old, new = "GM9001", "../../../evil/<b>"
    statements = [
        f"update marts.{table} set {column} = '{new}' where {column} = '{old}'"
        for table, column in (
            ("dim_municipalities", "municipality_code"), ("dim_segments", "segment_value"),
            ("estimates", "segment_value"), ("comparisons", "segment_value_a"),
            ("kpi_scorecard", "segment_value"), ("recommendations", "segment_value"),
        )
    ]  # fmt: skip
    statements += [
        f"update marts.{table} set segment_code = '../../../evil' where segment_code = 'gender'"
        for table in ("dim_segments", "estimates", "comparisons")
    ]
    statements += [
        f"update marts.{table} set question_code = '../../evil' "
        "where question_code = 'channels_used'"
        for table in ("dim_questions", "estimates", "comparisons", "contrast_effects")
    ]
    file = changed(demo.published_file, tmp_path / "codes.duckdb", *statements)
    build_site(file, tmp_path / "a" / "b" / "site")
    assert not list(tmp_path.rglob("evil"))
    assert (tmp_path / "a" / "b" / "site" / "gemeente" / "evil-b.html").exists()


def test_a_formula_in_a_label_is_a_text_in_every_file(demo, tmp_path):
    file = changed(
        demo.published_file,
        tmp_path / "formula.duckdb",
        "update marts.dim_questions set label_nl = '=1+1'",
        "update marts.estimates set option_label_nl = '@SUM(A1)' where option_label_nl is not null",
    )
    build_site(file, tmp_path / "site")
    for path in (tmp_path / "site" / "data").rglob("*.csv"):
        for row in csv.reader(path.read_text("utf-8-sig").splitlines(), delimiter=";"):
            assert not [cell for cell in row if cell.startswith(("=", "@"))], path.name


@pytest.mark.parametrize("question", ["preferred_submit_channel", "channels_used"])
def test_answers_that_are_withheld_are_one_line_where_each_person_gave_one(demo, question):
    """Two of five answers withheld: the rest of the whole, and nothing where several were given."""
    reading = read(demo.published_file)
    q = next(q for q in reading.data.questions if q.question_code == question)
    block = reading.charts.blocks([q])[0]
    hidden = [m.option_code for m in block.measures[:2]]
    for key, e in list(reading.data.figure.items()):
        if key[3] == question and key[5] in hidden:
            reading.data.figure[key] = e._replace(estimate=None, is_withheld=True)
    shown = [reading.measures.estimate(m).shown for m in block.measures[2:]]
    panel = reading.charts.whole(block, "Overige")
    assert panel.withheld == [m.label for m in block.measures[:2]]
    others = [row.estimate.shown for row in panel.rows if row.label == "Overige"]
    assert others == ([pytest.approx(1 - sum(shown))] if question != "channels_used" else [])
    one = block._replace(measures=block.measures[1:])
    assert "Overige" not in [row.label for row in reading.charts.whole(one, "Overige").rows]
