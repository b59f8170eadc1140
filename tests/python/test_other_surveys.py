"""Surveys with other topics, without municipalities or contrast, in English: no code is needed.

The codebooks of `examples/` with answers of own making: drawn, so that no figure means anything.
"""

import csv
import html
import json
import re
import shutil

import docx
import numpy as np
import pytest
from conftest import options, peil, places_in
from peil.export.tables import Column
from peil.export.workbook import _is_mean, _kind, _means
from peil.published import open_published
from peil.settings import PROJECT
from pptx import Presentation
from python_calamine import CalamineWorkbook
from small_survey import add, edit, published, rows_of

N = 300
DUTCH = {"Groep", "Vraag", "Cijfer", "Waarde", "respondenten", "Gepubliceerd", "niemand"}


def draw(seeds, source, target):
    """A file of N rows with a valid answer in every column that the source binds."""
    rng = np.random.default_rng(2013)
    questions = {row["question_code"]: row for row in rows_of(seeds / "questions.csv")}
    scales = {row["scale_code"]: row for row in rows_of(seeds / "scales.csv")}
    lists = {}
    for row in rows_of(seeds / "options.csv"):
        lists.setdefault(row["option_set_code"], []).append(row)
    columns = {}
    for row in rows_of(seeds / "bindings.csv"):
        if row["source_code"] != source:
            continue
        question = questions.get(row["question_code"])
        if row["field"] == "respondent_id":
            columns[row["source_column"]] = [f"r{number}" for number in range(N)]
        elif question is None:
            columns[row["source_column"]] = [""] * N
        elif question["option_set_code"] in lists:
            key = "value_number" if row["match_by"] == "number" else "option_code"
            answers = [option[key] for option in lists[question["option_set_code"]]]
            columns[row["source_column"]] = rng.choice(answers, N)
        else:
            scale = scales[question["scale_code"]]
            ends = int(scale["value_from"]), int(scale["value_to"])
            columns[row["source_column"]] = rng.integers(*ends, N, endpoint=True)
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))


def run(folder, example, source, name, change=None):
    """A night of an example on drawn answers: places, and what the terminal showed."""
    places = places_in(folder, seeds=folder / "seeds")
    shutil.copytree(PROJECT / "examples" / example / "seeds", places.seeds)
    if change:
        change(places.seeds)
    places.inbox.mkdir()
    draw(places.seeds, source, places.inbox / name)
    night = peil("nightly", *options(places))
    assert night.returncode == 0, night.stderr
    return places, night


@pytest.fixture(scope="module")
def pew(tmp_path_factory):
    return run(tmp_path_factory.mktemp("pew"), "pew_2013", "telephone", "dec13_excerpt.csv")


def own_words(seeds):
    """What a researcher adds: a statistic, a unit, an audience, rules for one source; 90 %."""
    add(seeds, "scale_statistics", {
        "scale_code": "rating_1_5", "statistic": "average", "kind": "mean",
        "label_nl": "Gemiddelde", "label_en": "Average of all", "sort_order": 9,
    })  # fmt: skip
    edit(seeds, "questions", lambda rows: [
        {**r, "headline_statistic": "average"} if r["question_code"] == "q1_01" else r
        for r in rows
    ])  # fmt: skip
    edit(seeds, "surveys", lambda rows: [{**r, "audience": "members"} for r in rows])
    edit(seeds, "thresholds", lambda rows: [
        {**r, "value": "0.9"} if r["threshold_code"] == "confidence_level" else r for r in rows
    ])  # fmt: skip
    add(seeds, "kpi_units", {
        "unit": "stars", "value_from": 1, "value_to": 5, "is_percentage": "false",
        "label_nl": "Sterren", "label_en": "Stars", "sort_order": 9,
    })  # fmt: skip
    add(seeds, "kpi_definitions", {
        "kpi_code": "place", "survey_code": "kcmo", "label_nl": "Stad", "label_en": "City",
        "unit": "stars", "direction": "higher_is_better", "norm": 4, "source_kind": "our_survey",
        "question_code": "q1_01", "statistic": "average", "formula_nl": "x", "formula_en": "x",
        "is_example": "true", "sort_order": 1,
    })  # fmt: skip
    (seeds / "expectations").mkdir()
    (seeds / "expectations" / "kc_fy2022_q1.json").write_text(json.dumps({"delivery": [{
        "type": "expect_column_values_to_be_between",
        "kwargs": {"column": "n_rows", "min_value": 10 * N, "max_value": None},
        "severity": "warning", "label_nl": "Afgesproken rijen", "label_en": "Rows we agreed",
    }]}))  # fmt: skip


@pytest.fixture(scope="module")
def kansas_city(tmp_path_factory):
    return run(
        tmp_path_factory.mktemp("kansas"), "kansas_city", "kc_fy2022_q1",
        "FY2022_RS_Cleaned_safe.csv", own_words,
    )  # fmt: skip


@pytest.mark.parametrize(("survey", "level"), [("pew", "95%"), ("kansas_city", "90%")])
def test_the_headline_table_speaks_the_language_of_the_survey(survey, level, request):
    places, night = request.getfixturevalue(survey)
    ((label, wave),) = published(places, "select label_en, wave_label_en from marts.about")
    words = set(re.findall(r"\w+", night.stdout))
    assert f"{label}, {wave}: {N} respondents" in night.stdout
    assert {"Group", "Question", "Figure", "Value"} <= words
    assert f"{level} interval" in night.stdout, "the level of the seed"
    assert not words & DUTCH
    assert re.search(r"\d\.\d% - \d+\.\d%", night.stdout)
    assert not re.search(r"\d,\d", night.stdout)


@pytest.mark.parametrize("survey", ["pew", "kansas_city"])
def test_topics_of_its_own_have_figures_without_code(survey, request):
    places, _ = request.getfixturevalue(survey)
    declared = {row["topic_code"] for row in rows_of(places.seeds / "topics.csv")}
    reported = {
        row["topic"]
        for row in rows_of(places.seeds / "questions.csv")
        if row["is_reported"] == "true"
    }
    assert {t for (t,) in published(places, "select topic_code from marts.dim_topics")} == declared
    assert {t for (t,) in published(places, "select topic from marts.shares")} == reported
    for table in ("dim_municipalities", "contrast_effects", "report_grades"):
        assert published(places, f"from marts.{table}") == [], table
    shown = published(places, "select share from marts.shares where share is not null")
    assert len(shown) > 10


@pytest.mark.parametrize("survey", ["pew", "kansas_city"])
def test_every_table_is_exported(survey, request):
    places, _ = request.getfixturevalue(survey)
    run = peil("export", *options(places))
    assert run.returncode == 0, run.stderr
    folder = places.published / "export"
    tables = {t for (t,) in published(places, "select table_name from duckdb_tables()")}
    assert {file.name.split(".")[0] for file in (folder / "csv").iterdir()} == tables
    (book,) = folder.rglob("*.xlsx")
    assert set(CalamineWorkbook.from_path(str(book)).sheet_names) >= tables


def test_a_statistic_of_its_own_is_a_mean_by_its_kind(kansas_city):
    places, night = kansas_city
    ((estimate,),) = published(
        places,
        "select estimate from marts.estimates where statistic = 'average' "
        "and question_code = 'q1_01' and segment_code = 'total'",
    )
    (line,) = [line for line in night.stdout.splitlines() if "Average of all" in line]
    assert 1 <= estimate <= 5
    assert f"{estimate:.2f}" in line
    assert "%" not in line
    with open_published(places.published_file) as connection:
        means = _means(connection)
    column = Column("estimate", "DOUBLE", "")
    assert _kind(column, _is_mean("q1_01", "average", means)) == "number"
    assert _kind(column, _is_mean("q1_01", "top2", means)) == "share"


def test_a_unit_and_an_audience_of_its_own_are_published(kansas_city):
    places, _ = kansas_city
    assert published(places, "select audience from marts.about") == [("members",)]
    scores = published(
        places, "select unit, source_kind, value is not null from marts.kpi_scorecard"
    )
    assert scores == [("stars", "our_survey", True)]


def test_rules_of_one_source_lie_beside_its_seeds(kansas_city):
    _, night = kansas_city
    assert "Rows we agreed" in night.stderr


@pytest.mark.parametrize("survey", ["pew", "kansas_city"])
def test_documents_speak_english_and_have_every_topic_without_code(survey, request):
    """Without staff, KPIs, recommendations, contrast: what there is makes a whole document."""
    places, _ = request.getfixturevalue(survey)
    folder = places.published / "documents"
    assert sorted(path.name for path in folder.iterdir()) == [
        "slides.pptx", "summary.docx", "summary.html", "summary.md",
        "tables.csv", "tables.html", "tables.xlsx",
    ]  # fmt: skip
    text = (folder / "summary.md").read_text("utf-8")
    with open_published(places.published_file) as published:
        topics = published.execute(
            "select distinct dim_topics.label_en from marts.dim_topics join marts.dim_questions "
            "on topic = topic_code join marts.estimates using (survey_code, question_code)"
        ).fetchall()
    chapters = re.findall(r"^## (.*)", text, re.M)
    assert chapters[0] == "Key figures"
    assert chapters[-1] == "Appendix: method"
    assert {html.escape(label, quote=False) for (label,) in topics} <= set(chapters)
    words = set(re.findall(r"\w+", text))
    assert words.isdisjoint({"Vraag", "Cijfer", "Marge", "Tabel", "Figuur", "inwoners", "niet"})
    spoken = docx.Document(str(folder / "summary.docx")).core_properties.language
    assert spoken == "en-US"
    deck = Presentation(str(folder / "slides.pptx"))
    assert any(shape.has_chart for slide in deck.slides for shape in slide.shapes)
