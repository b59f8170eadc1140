"""The site as files: whole, closed, the same every time, and with the figures of the marts."""

import csv
import gzip
import html
import json
import re
import shutil
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import pytest
from conftest import options, peil, tables_of_page
from peil.errors import InputError, PeilError
from peil.nights import release
from peil.settings import PROJECT
from peil.site import build_site
from peil.site.context import read
from peil.site.numbers import Numbers, small
from peil.site.texts import CATALOGUES

FIRST_VIEW_GOAL = 60_000


class Page(HTMLParser):
    """Links, ids, text, title and description of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.text: list[str] = []
        self.title = ""
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.ids += [found["id"]] if "id" in found else []

    def handle_data(self, data):
        if self.tags and self.tags[-1][0] == "title" and not self.title:
            self.title = data
        self.text.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())

    def attribute(self, tag: str, name: str, key: str, value: str) -> str:
        return next(a[name] for t, a in self.tags if t == tag and a.get(key) == value)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return pages_of(site)


def pages_of(site: Path) -> dict[str, Page]:
    """Every page of the site; the documents that lie in it are no pages of it."""
    paths = [p for p in sorted(site.rglob("*.html")) if p.parent.name != "documents"]
    return {str(path.relative_to(site)): Page(path) for path in paths}


def test_a_night_publishes_the_site_with_the_figures(demo):
    assert (demo.published / "site").resolve() == (demo.published / "current" / "site").resolve()
    shown = peil("site", *options(demo))
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.strip() == (demo.published / "site" / "index.html").as_uri()


def test_without_links_the_site_is_put_in_place_as_a_copy(tmp_path):
    """Windows without developer mode: what no release has any more is gone."""
    published = tmp_path / "published"
    published.mkdir()
    for page in ("old.html", "new.html"):
        made = tmp_path / page
        (made / "site").mkdir(parents=True)
        (made / "site" / page).write_text(page)
        for name in (release.FILE, release.MANIFEST):
            (made / name).write_text(page)
        release._copy_in_place(published, made)
    assert [path.name for path in (published / "site").iterdir()] == ["new.html"]
    assert (published / release.FILE).read_text() == "new.html"


def test_downloads_lead_to_the_documents_of_the_release(demo, site, pages):
    documents = sorted(path.name for path in (demo.published / "documents").iterdir())
    assert documents == [
        "presentatie.pptx", "samenvatting.docx", "samenvatting.html", "samenvatting.md",
        "tabellenboek.csv", "tabellenboek.html", "tabellenboek.xlsx",
    ]  # fmt: skip
    for name in documents:
        assert f"documents/{name}" in pages["downloads.html"].links
        taken = (site / "documents" / name).read_bytes()
        assert taken == (demo.published / "documents" / name).read_bytes()


def test_every_link_leads_somewhere_and_nothing_leaves_the_site(site, pages):
    dead, outside = [], []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("/"):
                outside.append((name, link))
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            target = target.resolve()
            if not target.is_file():
                dead.append((name, link))
            elif parts.fragment and target.suffix == ".html":
                ids = pages[str(target.relative_to(site.resolve()))].ids
                if unquote(parts.fragment) not in ids:
                    dead.append((name, link))
    assert not outside
    assert not dead


def test_titles_descriptions_and_ids_are_unique(pages):
    titles = [page.title for page in pages.values()]
    descriptions = [p.attribute("meta", "content", "name", "description") for p in pages.values()]
    assert len(set(titles)) == len(titles)
    assert len(set(descriptions)) == len(descriptions)
    assert all(descriptions)
    for name, page in pages.items():
        assert len(set(page.ids)) == len(page.ids), name
        assert sum(tag == "h1" for tag, _ in page.tags) == 1, name


def test_pages_are_closed_and_light(site, pages):
    shared = sum(
        len(gzip.compress((site / "static" / name).read_bytes()))
        for name in ("site.css", "site.js", "icon.svg")
    )
    largest = 0
    for name, page in pages.items():
        policy = page.attribute("meta", "content", "http-equiv", "Content-Security-Policy")
        assert "default-src 'none'" in policy and "unsafe" not in policy
        for tag, attributes in page.tags:
            assert "style" not in attributes, (name, tag)
            assert not [a for a in attributes if a.startswith("on")], (name, tag)
        largest = max(largest, len(gzip.compress((site / name).read_bytes())))
    print(f"\nfirst view: {largest / 1000:.0f} kB and {shared / 1000:.0f} kB shared, compressed")
    assert largest + shared <= FIRST_VIEW_GOAL


def test_the_same_file_gives_the_same_bytes(demo, site, tmp_path, caplog):
    caplog.set_level("INFO")
    build_site(demo.published_file, tmp_path / "site")
    print(f"\n{caplog.messages[-1]}")
    assert "processor time" in caplog.messages[-1]
    first = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    again = tmp_path / "site"
    second = {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()}
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_demo_says_on_every_page_that_it_is_simulated(pages):
    assert [name for name, page in pages.items() if "Gesimuleerde gegevens" not in page.words] == []


def shown(value: float, unit: str) -> str:
    exact = Decimal(str(value))
    if unit == "mean":
        return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
    return f"{(100 * exact).quantize(Decimal('1'), ROUND_HALF_UP)}%"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=";"))


def number(text: str) -> float | None:
    return float(text.replace(",", ".")) if text else None


def test_files_per_question_hold_the_figures_of_the_marts(site, published):
    wanted = published.execute(
        "select question_code, statistic_label_nl, coalesce(option_label_nl, ''), "
        "segment_label_nl, estimate, ci_low, ci_high, n_answers "
        "from marts.estimates where is_default_scheme order by all"
    ).fetchall()
    found = []
    for path in (site / "data" / "tables").glob("*.csv"):
        for row in rows_of(path):
            found.append(
                (
                    path.stem, row["maat"], row["antwoord"], row["groep"], number(row["cijfer"]),
                    number(row["ondergrens"]), number(row["bovengrens"]),
                    int(row["antwoorden"]) if row["antwoorden"] else None,
                )
            )  # fmt: skip
    key = [repr(row) for row in found]
    assert sorted(key) == sorted(repr(row) for row in wanted)


def test_the_data_of_tables_is_that_of_the_marts_in_every_scheme(site, published):
    cells = {
        path.stem: json.loads(path.read_text("utf-8"))["schemes"]
        for path in (site / "data" / "tables").glob("*.json")
        if path.stem != "divisions"
    }
    n = 0
    for (
        question,
        scheme,
        segment,
        group,
        statistic,
        option,
        estimate,
        answers,
        withheld,
    ) in published.execute(
        "select question_code, weighting_scheme, segment_code, "
        "concat_ws('|', segment_value, second_segment_value), statistic, option_code, "
        "estimate, n_answers, is_withheld from marts.estimates"
    ).fetchall():
        cell = cells[question][scheme][f"{segment}:{group}"][option or statistic]
        assert (len(cell) == 1) == withheld
        if not withheld:
            assert (cell[0], cell[3]) == (estimate, answers)
        n += 1
    assert n > 10_000


def test_the_summary_names_the_figures_of_the_marts(pages, published):
    words = pages["index.html"].words
    for group, statistic, question in (
        ("total", "mean", "overall_grade"),
        ("participant", "mean", "overall_grade"),
        ("non_participant", "mean", "overall_grade"),
    ):
        estimate, low, high = published.execute(
            "select estimate, ci_low, ci_high from marts.estimates where is_default_scheme "
            "and segment_value = ? and statistic = ? and question_code = ?",
            [group, statistic, question],
        ).fetchone()
        assert shown(estimate, "mean") in words
        assert f"{shown(low, 'mean')} tot {shown(high, 'mean')}" in words
    for (share,) in published.execute(
        "select estimate from marts.estimates where is_default_scheme and segment_code = 'total' "
        "and statistic = 'share_insufficient' and aspect in ('contact', 'handling', 'status')"
    ).fetchall():
        assert shown(share, "share") in words


def test_verdicts_never_contradict_the_interval(site, published):
    """Every row of every file of differences: "geen" if and only if zero lies within."""
    n = 0
    for path in site.glob("data/*niet-deelnemers*.csv"):
        if "--" in path.stem:
            continue
        for row in rows_of(path):
            low, high = number(row["ondergrens"]), number(row["bovengrens"])
            assert row["oordeel"].startswith("geen") == (low <= 0 <= high), row
            n += 1
    assert n > 50


def test_every_contrast_has_the_orientation_of_its_mart(site, published):
    found = {
        (row["vraag"], row["antwoord"]): number(row["verschil"])
        for row in rows_of(site / "data" / "deelnemers-tegenover-niet-deelnemers.csv")
        if not row["antwoord"]
    }
    wanted = published.execute(
        "select e.question_label_nl, e.difference from marts.contrast_effects as e "
        "inner join marts.dim_questions as q using (survey_code, question_code) "
        "where e.is_default_scheme and e.option_code is null and not e.is_withheld "
        "and e.statistic = q.headline_statistic and e.survey_code = 'omnichannel'"
    ).fetchall()
    assert wanted
    for label, difference in wanted:
        assert found[label, ""] == pytest.approx(difference, abs=1e-4), label


def test_what_was_attacked_is_on_its_page(pages, published):
    page = pages["bescherming-van-antwoorden.html"].words
    tried = published.execute("select sum(n_tried) from marts.disclosure_attacks").fetchone()[0]
    assert f"{tried:,}".replace(",", ".") in page
    assert "Geen enkel verborgen cijfer is terug te rekenen" in page


def changed(file: Path, target: Path, *statements: str) -> Path:
    shutil.copy2(file.resolve(), target)
    target.chmod(0o600)
    with duckdb.connect(str(target)) as connection:
        for statement in statements:
            connection.execute(statement)
    return target


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


@pytest.mark.parametrize(
    "table",
    [
        "kpi_scorecard", "recommendations", "contrast_effects", "priority_matrix",
        "staff_and_resident_experience", "dim_municipalities", "comparisons", "dim_channels",
        "disclosure_attacks", "item_response", "weighting_quality", "standard_error_audit",
        "crosstabs", "score_reliability",
    ],
)  # fmt: skip
def test_a_survey_without_a_table_gets_a_whole_site_without_its_page(demo, tmp_path, table):
    """No KPIs, advice, contrast, staff, regions, tests or channels: the rest stands, whole."""
    file = changed(demo.published_file, tmp_path / "less.duckdb", f"delete from marts.{table}")
    site = tmp_path / "site"
    build_site(file, site)
    found = pages_of(site)
    test_every_link_leads_somewhere_and_nothing_leaves_the_site(site, found)
    gone = {
        "kpi_scorecard": "kpis.html", "recommendations": "aanbevelingen.html",
        "contrast_effects": "deelnemers-tegenover-niet-deelnemers.html",
        "priority_matrix": "prioriteiten.html", "dim_municipalities": "gemeente.html",
        "staff_and_resident_experience": "inwoners-en-medewerkers.html",
        "disclosure_attacks": "bescherming-van-antwoorden.html", "crosstabs": "kruistabellen.html",
    }  # fmt: skip
    assert gone.get(table) not in found
    assert {"index.html", "status-volgen.html", "zelf-tabellen-maken.html"} <= set(found)


def test_crosstabs_stand_on_their_page_and_with_their_topic(site, pages, published):
    name = "kruistabellen.html"
    text = (site / name).read_text("utf-8")
    found = published.execute(
        "select crosstab_code, question_code, crosstab_label_nl, count(*), count(estimate), "
        "count(distinct (column_value, second_column_value)) "
        "from marts.crosstabs group by 1, 2, 3"
    ).fetchall()
    assert len(found) > 1
    tables = list(tables_of_page(text))
    for code, question, label, n_rows, n_figures, n_columns in found:
        assert label in pages[name].words
        rows = rows_of(site / "data" / f"kruistabellen--t-{code}.csv")
        assert (len(rows), sum(bool(row["cijfer"]) for row in rows)) == (n_rows, n_figures)
        assert n_columns + 1 in {len(rows[-1]) for rows in tables}
        topic = published.execute(
            "select topic_label_nl from marts.dim_questions where question_code = $1", [question]
        ).fetchone()[0]
        links = next(page.links for page in pages.values() if page.title.startswith(f"{topic} "))
        assert f"{name}#t-{code}" in links
    reason = published.execute(
        "select any_value(withheld_label_nl) from marts.crosstabs where is_withheld"
    ).fetchone()[0]
    assert f"x1: geen cijfer. {reason}." in pages[name].words


def test_crossed_columns_stand_under_the_group_that_they_share(site, published):
    text = (site / "kruistabellen.html").read_text("utf-8")
    heads = [
        re.findall(r'<th scope="(\w+)"(?: colspan="(\d+)")?[^>]*>(?:<span>)?([^<]+)', head)
        for head in re.findall(r"<thead>(.*?)</thead>", text, re.DOTALL)
    ]
    for (code,) in published.execute(
        "select distinct crosstab_code from marts.crosstabs where second_column_code is not null"
    ).fetchall():
        columns = published.execute(
            "select first_label_nl, second_label_nl from marts.crosstabs "
            "where crosstab_code = $1 and second_label_nl is not null "
            "group by all order by min(sort_order)", [code]
        ).fetchall()  # fmt: skip
        above = [
            ("colgroup", str(len(list(own))), label)
            for label, own in groupby(columns, key=lambda column: column[0])
        ]
        below = [("col", "", label) for _, label in columns]
        assert len(above) > 1
        assert any(
            [(scope, n, label.strip()) for scope, n, label in head[2:]] == above + below
            for head in heads
        ), code


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


def plant_waves(file: Path, target: Path, *, base: bool) -> Path:
    """Two earlier waves and a line, of every figure of everybody: +0.02, -0.05, -0.01 a year."""
    with duckdb.connect(str(file), read_only=True) as db:
        columns = {
            table: [row[0] for row in db.execute(f"describe marts.{table}").fetchall()]
            for table in ("estimates", "trends", "linear_trends", "about")
        }

    def insert(table: str, **values: str) -> str:
        known = set(columns["estimates"])
        chosen = [values.get(c, c if c in known else "null") for c in columns[table]]
        return (
            f"insert into marts.{table} select {', '.join(chosen)} from marts.estimates "
            "where estimate is not null and is_default_scheme"
        )

    def change(wave: str, by: float, *, previous: bool) -> str:
        certain = {"ci_low": f"{by} - 0.01", "ci_high": f"{by} + 0.01",
                   "verdict": "'certain_difference'"}  # fmt: skip
        return insert(
            "trends", compared_wave_code=f"'{wave}'", earlier_estimate=f"estimate - {by}",
            change=str(by), is_since_previous_wave=str(previous),
            is_since_base_wave=str(not previous), **certain,
        )  # fmt: skip

    statements = [change("w2", 0.02, previous=True)]
    if base:
        statements += [
            change("w1", -0.05, previous=False),
            insert("linear_trends", first_wave_code="'w1'", last_wave_code="wave_code",
                   n_waves="3", change_per_year="-0.01", ci_low="-0.03", ci_high="0.01",
                   verdict="'no_demonstrable_difference'"),
        ]  # fmt: skip
    for wave in ("w1", "w2"):
        statements.append(
            f"insert into marts.about select * replace ('{wave}' as wave_code, "
            f"'Meting {wave}' as wave_label_nl, false as is_latest_wave) from marts.about "
            "where is_latest_wave"
        )
    return changed(file, target, *statements)


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
    test_every_link_leads_somewhere_and_nothing_leaves_the_site(folder, pages_of(folder))


def test_a_survey_without_any_figure_gets_a_whole_site(demo, tmp_path):
    """Nobody answered: what can be said is how it was done."""
    empty = ("estimates", "comparisons", "contrast_effects", "kpi_scorecard", "recommendations")
    statements = [f"delete from marts.{table}" for table in empty]
    file = changed(demo.published_file, tmp_path / "none.duckdb", *statements)
    site = tmp_path / "site"
    build_site(file, site)
    found = {str(path.relative_to(site)): Page(path) for path in sorted(site.rglob("*.html"))}
    test_every_link_leads_somewhere_and_nothing_leaves_the_site(site, found)
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


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>[a](javascript:alert(1))"


def test_labels_are_shown_and_never_run(demo, tmp_path):
    """Every label of the codebook is markup; the pages hold the same elements as before."""
    with duckdb.connect(str(demo.published_file), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() inner join duckdb_tables() "
            "using (database_name, schema_name, table_name) where data_type = 'VARCHAR' and "
            "regexp_matches(column_name, '(label|title|text|introduction|reason|formula|warning"
            "|warnings|description|method|sources|licences|caution|publisher|contact)(_|$)')"
        ).fetchall()
    statements = [
        f"update marts.{table} set {column} = {column} || '{MARKUP.replace(chr(39), chr(39) * 2)}' "
        f"where {column} is not null"
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


def test_both_catalogues_have_the_same_sentences_and_each_is_used():
    texts = {
        path.stem: tomllib.loads(path.read_text("utf-8")) for path in CATALOGUES.glob("*.toml")
    }
    assert texts["nl"].keys() == texts["en"].keys()
    code = " ".join(
        path.read_text("utf-8")
        for path in (PROJECT / "scripts" / "peil" / "site").rglob("*")
        if path.suffix in {".py", ".j2", ".js"}
    )
    for key, sentence in texts["nl"].items():
        other = texts["en"][key]
        assert isinstance(sentence, list) == isinstance(other, list), key
        fields = set(re.findall(r"\{(\w+)\}", str(sentence)))
        assert fields == set(re.findall(r"\{(\w+)\}", str(other))), key
        stems = [key, key.removeprefix("js_")]
        stems += ["_".join(key.split("_")[:n]) for n in range(1, key.count("_") + 1)]
        assert any(f"{q}{stem}" in code for stem in stems for q in "\"'"), f"{key} is not used"


@pytest.mark.parametrize(
    ("value", "unit", "nl", "en"),
    [
        (0.285, "share", "29%", "29%"),
        (0.145, "share", "15%", "15%"),
        (6.45, "mean grade", "6,5", "6.5"),
        (-0.004, "net", "0", "0"),
        (None, "share", "–", "–"),
    ],
)
def test_figures_are_rounded_half_up_in_the_signs_of_the_language(value, unit, nl, en):
    assert Numbers("nl").figure(value, unit) == nl
    assert Numbers("en").figure(value, unit) == en


def test_a_chance_is_no_certainty():
    shown = [Numbers("nl").chance(value) for value in (0.0, 0.004, 0.76, 0.99, 1.0, None)]
    assert shown == ["<1%", "<1%", "76%", "99%", ">99%", "–"]


def test_a_label_in_a_sentence_keeps_its_abbreviation():
    assert small("Status volgen") == "status volgen"
    assert small("KPI’s") == "KPI’s"
    assert small("(Helemaal) eens") == "(helemaal) eens"


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
