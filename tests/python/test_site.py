"""The site as files: whole, closed, the same every time, and with the figures of the marts."""

import gzip
import json
import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby

import pytest
from conftest import options, peil
from peil.nights import release
from peil.settings import PROJECT
from peil.site import build_site
from peil.site.numbers import Numbers, small
from peil.site.texts import CATALOGUES
from site_pages import check_links, rows_of, tables_of_page

FIRST_VIEW_GOAL = 60_000


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
    check_links(site, pages)


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
