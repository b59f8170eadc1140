"""`peil crosstab` and `peil.crosstab()`: any question by any groups, from the warehouse, at once.

What the engine makes too is compared with it in test_crosstab_parity.py. New here are groups that
share people on both sides, in a crosstab and in segments that are counted beside the profile
(is_segment_only): `R_ROWS` are of R survey 4.1-1, on reference/small_survey.csv with

    a <- id %% 2 == 0; b <- id %% 3 == 0; c <- id %% 5 < 2; p <- id %% 4 < 2; q <- id %% 7 < 4

and the designs of reference/make_reference.R:

    own <- subset(d, p)
    svyciprop(~a, own, method = "xlogit", df = degf(own)); svymean(~grade, own, na.rm = TRUE)
    z <- p * (a - mean_p) / sum(w * p) - q * (a - mean_q) / sum(w * q)  # a difference, linearised
    SE(svytotal(~z, update(d, z = z))); df <- degf(subset(d, p | q)) - 1
"""

import csv
import io
import os
import re
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import peil
import pytest
from conftest import here, options, places_in
from made_once import copy_of
from peil.crosstabs.asked import ask
from peil.crosstabs.measured import Measured, measure
from peil.crosstabs.people import read_counted, read_respondents
from peil.crosstabs.shield import primary_reasons, withheld_reasons
from peil.disclosure import recoverable
from peil.errors import InputError, PeilError
from peil.settings import Places
from small_survey import REFERENCE, add, build, deliver, rows_of, small_places
from test_crosstab_parity import column, questions, row, rows_equal_the_engine

# design, groups, answer, what, then estimate, se, ci_low, ci_high (of a difference df and p).
R_ROWS = """
weighted,p,a,share,0.51598398658320566,0.087883170024326537,0.34406421468962367,0.6842019216473465
weighted,p,b,share,0.3457866532311466,0.084815572858785729,0.19889269466876941,0.52946740325968367
weighted,q,c,share,0.36717909233815443,0.081182780394496862,0.22337604343228795,0.53927495960853877
weighted,p-q,a,difference,0.055823638454537305,0.087746000509734717,69,0.52675356593469147
weighted,p-q,b,difference,0.051192451197426159,0.070481098242469037,69,0.47009401426674458
weighted,p,grade,mean,6.8068428504937319,0.28050310479680751,,
weighted,q,grade,mean,6.6771751237643224,0.32265479478945353,,
clustered,p,a,share,0.51598398658320566,0.035039022854698308,0.43698147889628819,0.59419557684950919
clustered,q,b,share,0.29459420203372044,0.042651564802074514,0.2079264295749933,0.39918097945371939
clustered,p-q,a,difference,0.055823638454537305,0.045988356721488252,8,0.25941592889376625
clustered,p-q,c,difference,0.063153859704237536,0.12234145455931279,8,0.61966918334915988
clustered,p,grade,mean,6.8068428504937319,0.29285777993221279,,
"""
ANSWERS = {
    "used": {"a": lambda i: i % 2 == 0, "b": lambda i: i % 3 == 0, "c": lambda i: i % 5 < 2},
    "reasons": {"p": lambda i: i % 4 < 2, "q": lambda i: i % 7 < 4},
}


def make_several(folder: Path) -> None:
    """The reference survey with two questions of several answers."""
    places = small_places(folder, ("weighted", "clustered", "weighted_beta"))
    seeds = places.seeds
    add(seeds, "scales", {"scale_code": "multiple", "kind": "multiple", "is_categorical": "false",
                          "label_nl": "Meer", "label_en": "Several"})  # fmt: skip
    add(seeds, "scale_statistics", {"scale_code": "multiple", "statistic": "share",
                                    "kind": "option", "label_nl": "Aandeel", "label_en": "Share",
                                    "sort_order": 1})  # fmt: skip
    for order, (question, answers) in enumerate(ANSWERS.items(), 10):
        code = f"small_{question}"
        words = dict.fromkeys(("label_nl", "label_en", "text_nl", "text_en"), question)
        add(seeds, "questions", {"question_code": code, "survey_code": "small", **words,
                                 "scale_code": "multiple", "option_set_code": code,
                                 "topic": "figures", "is_reported": "true",
                                 "sort_order": order})  # fmt: skip
        add(seeds, "attributes", {"attribute_code": question, "survey_code": "small",
                                  "kind": "question", "question_code": code,
                                  "is_segment_only": "true", "label_nl": question,
                                  "label_en": question})  # fmt: skip
        for segment, second, comparison in (
            (f"by {question}", "", "pairs"), (f"{question} by sex", "small_sex", "none"),
        ):  # fmt: skip
            add(seeds, "segments", {"segment_code": segment, "survey_code": "small",
                                    "attribute_code": question, "second_attribute_code": second,
                                    "comparison": comparison, "sort_order": order,
                                    "label_nl": segment, "label_en": segment})  # fmt: skip
        for i, answer in enumerate(answers):
            add(seeds, "options", {"option_set_code": code, "option_code": answer,
                                   "label_nl": f"={answer}", "label_en": answer,
                                   "value_number": i, "sort_order": i})  # fmt: skip
            add(seeds, "bindings", {"source_code": "small", "source_column": answer,
                                    "binding": "one_hot", "question_code": code,
                                    "option_code": answer, "true_value": "1",
                                    "false_value": "0"})  # fmt: skip
    for question, groups in (("small_used", "reasons"), ("small_grade", "small_reasons")):
        add(seeds, "crosstab_definitions", {"crosstab_code": f"{question}_by_{groups}",
                                            "survey_code": "small", "question_code": question,
                                            "column_code": groups, "sort_order": 1,
                                            "label_nl": "used", "label_en": "used"})  # fmt: skip
    rows = [
        {**of, **{answer: str(int(given(int(of["id"])))) for answers in ANSWERS.values()
                  for answer, given in answers.items()}}
        for of in rows_of(REFERENCE / "small_survey.csv")
    ]  # fmt: skip
    deliver(places, rows)
    build(places)


@pytest.fixture(scope="module")
def several(tmp_path_factory) -> Places:
    folder = tmp_path_factory.mktemp("several")
    copy_of(tmp_path_factory, "several", make_several, folder)
    return places_in(folder, seeds=folder / "seeds")


@pytest.fixture
def connection(several: Places):
    with duckdb.connect(str(several.warehouse), read_only=True) as found:
        yield found


@pytest.mark.parametrize(
    ("read", "by"), [(read_respondents, "small_reasons"), (read_counted, "reasons")]
)
@pytest.mark.parametrize("of", [r.split(",") for r in R_ROWS.split()], ids="-".join)
def test_groups_that_share_people_equal_r(connection, of, read, by):
    """Read of their answers, and of the counts of declared crosstabs."""
    scheme, groups, answer, what, *expected = of
    numbers = [float(number) if number else None for number in expected]
    question = "small_grade" if what == "mean" else "small_used"
    asked = ask(connection, question, [by], {}, None, scheme)
    measured = measure(connection, asked, "total", read(connection, asked))
    k = row(measured, "mean", None) if what == "mean" else row(measured, "share", answer)
    places = {g.level[0]: i for i, g in enumerate(measured.groups)}
    if what == "difference":
        (pairs, found), (a, b) = measured.pairs[by], groups.split("-")
        i = pairs.index((places[a], places[b]))
        values = [found.difference[i, k], found.se[i, k], found.df[i, k], found.p_value[i, k]]
    else:
        g, of_all = places[groups], measured.figures
        values = [of_all.estimate[g, k], of_all.se[g, k], *(end[g, k] for end in measured.ends)]
    for value, number in zip(values, numbers, strict=True):
        if number is not None:
            assert value == pytest.approx(number, rel=1e-8)


ENGINE = {
    "figure": """
        select estimate, se, ci_low, ci_high from estimates.est_estimates
        inner join estimates.est_measures using (measure_id, survey_code)
        where
            segment_code = 'by reasons' and scheme_code = ? and segment_value = ?
            and question_code = ? and statistic = ? and option_code is not distinct from ?
    """,
    "difference": """
        select difference, se, df, p_value from estimates.est_comparison_tests as tests
        inner join estimates.est_measures using (measure_id, survey_code)
        where
            segment_code = 'by reasons' and scheme_code = ?
            and concat_ws('-', segment_value_a, segment_value_b) = ?
            and question_code = ? and statistic = ? and option_code is not distinct from ?
    """,
}


@pytest.mark.parametrize("of", [r.split(",") for r in R_ROWS.split()], ids="-".join)
def test_segments_counted_beside_the_profile_equal_r(connection, of):
    scheme, groups, answer, what, *expected = of
    measure_of = (
        ("small_grade", "mean", None) if what == "mean" else ("small_used", "share", answer)
    )
    query = ENGINE["difference" if what == "difference" else "figure"]
    (found,) = connection.execute(query, [scheme, groups, *measure_of]).fetchall()
    for value, number in zip(found, expected, strict=True):
        if number:
            assert value == pytest.approx(float(number), rel=1e-8)


def test_what_only_divides_figures_makes_no_more_profiles(connection):
    profiles, combinations = connection.execute(
        "select (select count(*) from weighted.wgt_profile_counts), (select count(*) from ("
        "select distinct list(level_code order by attribute_code) from "
        "weighted.wgt_respondent_attributes where attribute_code in ('small_sex', 'small_age', "
        "'small_region', 'small_place') group by row_number))"
    ).fetchone()
    assert profiles == combinations


def test_every_interval_method_and_clusters_equal_the_engine(connection):
    assert sum(rows_equal_the_engine(connection, *of) for of in questions(connection)) > 150


def test_crossed_groups_and_a_filter_are_the_same_people(connection):
    crossed = measure(
        connection, ask(connection, "small_used", ["small_sex*small_age"], {}, None, None), "t"
    )
    filtered = measure(
        connection,
        ask(connection, "small_used", ["small_sex"], {"small_age": ["65+"]}, None, None), "t",
    )  # fmt: skip
    g = next(i for i, of in enumerate(crossed.groups) if of.level == ("man", "65+"))
    other = next(i for i, of in enumerate(filtered.groups) if of.level == ("man",))
    for name in ("estimate", "se", "n", "n_effective"):
        np.testing.assert_allclose(
            getattr(crossed.figures, name)[g], getattr(filtered.figures, name)[other], rtol=1e-9
        )


def test_python_gives_what_the_table_shows(several: Places):
    table = peil.crosstab("small_used", "small_reasons", warehouse=several.warehouse)
    figures = table.figures.set_index(["group", "option_code"])
    assert figures.loc[("p", "a"), "estimate"] == 0.52, "a small base has fewer digits"
    assert figures.loc[("total", "a"), "row_share"] == 1
    assert table.tests.empty, "both sides overlap"
    assert set(table.differences["group_a"]) == {"=p"}
    alone = peil.crosstab("small_channel", ["small_sex"], warehouse=several.warehouse)
    assert len(alone.tests) == 1
    shares = alone.figures.groupby("option_code")["row_share"].sum(min_count=3)
    assert shares.dropna().to_list() == pytest.approx([2.0] * shares.notna().sum(), abs=0.02)


def test_the_command_writes_the_table_on_the_terminal_and_in_every_format(
    several: Places, tmp_path
):
    where = ("--where", "small_region=noord,zuid")
    arguments = ("crosstab", "small_used", "small_reasons", "small_sex*small_region", *where)
    done = here(*arguments, *options(several))
    assert done.returncode == 0, done.stderr
    assert "=p (A)" in done.stdout and "small_sex × small_region" in done.stdout
    assert "GESIMULEERDE" in done.stdout
    for ending in ("csv", "md", "xlsx"):
        file = tmp_path / f"table.{ending}"
        done = here(*arguments, "--out", str(file), *options(several))
        assert done.returncode == 0, done.stderr
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text("utf-8-sig")),
                               delimiter=";"))  # fmt: skip
    assert {r["group_label"] for r in rows if r["group"] == "p"} == {"'=p"}, "no formula"
    assert {r["filter"] for r in rows} == {"small_region: noord, zuid"}
    assert "| **Rijpercentages** |" in (tmp_path / "table.md").read_text("utf-8")
    with zipfile.ZipFile(tmp_path / "table.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
    assert "<f>" not in sheet and "mergeCell" not in sheet
    lines = [
        [words[int(i)] for i in re.findall(r't="s"><v>(\d+)</v>', row)]
        for row in re.findall(r"<row .*?</row>", sheet)
    ]
    banner = next(i for i, line in enumerate(lines) if "small_sex × small_region" in line)
    crossed = [r["group_label"].split(", ") for r in rows if r["second_group"]]
    above, below = lines[banner + 1 : banner + 3]
    assert above == list(dict.fromkeys(first for first, _ in crossed)) and len(above) > 1
    seconds = [second for _, second in dict.fromkeys(map(tuple, crossed))]
    assert [name.partition(" (")[0] for name in below[-len(seconds) :]] == seconds
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")], "no draft stays"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nope", "small_sex"), "Reported questions: small_grade"),
        (("small_used", "nope"), "segments small_sex, small_age, small_region"),
        (("small_used", "small_sex*small_sex"), "two different divisions"),
        (("small_used", "small_sex*small_age*small_region"), "two different divisions"),
        (("small_used", "small_sex", "--where", "small_sex=x"), "There are: man, vrouw"),
        (("small_used", "small_sex", "--where", "small_sex"), "CODE=LEVEL"),
        (("small_used", "small_sex", "--wave", "x"), "Waves with answers: small_wave"),
        (("small_used", "small_sex", "--scheme", "x"), "which has weighted, clustered"),
        (("small_used", "small_sex", "--out", "table.pdf"), ".xlsx, .csv, .md"),
        (("small_used", "small_sex", "--out", "nowhere/table.md"), "no folder"),
        (("small_used", "small_sex", "--out", "../folder.csv"), "that is a folder"),
    ],
)
def test_what_is_unknown_is_refused_with_what_there_is(
    several: Places, arguments, said, tmp_path, monkeypatch
):
    folder = tmp_path / "here"
    folder.mkdir()
    (tmp_path / "folder.csv").mkdir()
    monkeypatch.chdir(folder)
    done = here("crosstab", *arguments, *options(several))
    assert done.returncode == 2
    assert said in done.stderr
    assert not list(folder.iterdir())


def test_a_question_that_nobody_answered_is_named_without_a_filter(connection, several):
    asked = ask(connection, "small_used", ["small_sex"], {}, None, None)
    respondents = read_respondents(connection, asked)
    frame = respondents.frame.assign(**{respondents.columns["question", "small_used"]: None})
    with pytest.raises(InputError, match="Nobody with a weight answered 'small_used'"):
        measure(connection, asked, "total", replace(respondents, frame=frame))
    none = ask(connection, "small_used", ["small_sex"], {"small_age": ["65+"]}, None, None)
    respondents = read_respondents(connection, none)
    column = respondents.columns["question", "small_used"]
    old = respondents.frame[respondents.columns["attribute", "small_age"]] == "65+"
    frame = respondents.frame.assign(**{column: respondents.frame[column].mask(old)})
    with pytest.raises(InputError, match="--where small_age=65"):
        measure(connection, none, "total", replace(respondents, frame=frame))


def test_only_a_built_warehouse_that_one_may_open_is_read(several: Places, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no warehouse here"):
        peil.crosstab("small_used", "small_sex", warehouse=tmp_path / "peil.duckdb")
    monkeypatch.setattr(os, "access", lambda _, mode: mode == os.X_OK)
    with pytest.raises(InputError, match="only who may open the warehouse"):
        peil.crosstab("small_used", "small_sex", warehouse=several.warehouse)
    monkeypatch.undo()
    copy = tmp_path / "peil.duckdb"
    copy.write_bytes(several.warehouse.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from nights.build")
    with pytest.raises(PeilError, match="not built and tested"):
        peil.crosstab("small_used", "small_sex", warehouse=copy)


def test_a_group_in_one_cluster_has_no_error_between_clusters(connection):
    asked = ask(connection, "small_used", ["small_place"], {}, None, "clustered")
    measured = measure(connection, asked, "total")
    places, of = measured.of(asked.bys[0]), measured.figures
    assert len(places) == 11
    assert np.isnan(of.se[places][~of.is_uniform[places]]).all()
    assert np.isnan(measured.df[places]).all() and np.isnan(measured.ends[0][places]).all()
    assert (of.se[0] > 0).all()


def test_a_published_figure_that_is_withheld_is_withheld_here_for_that_alone(
    several: Places, tmp_path
):
    file = tmp_path / "peil.duckdb"
    file.write_bytes(several.warehouse.read_bytes())
    with duckdb.connect(str(file)) as connection:
        asked = ask(connection, "small_grade", ["small_region"], {}, None, None)
        measured = measure(connection, asked, "total")
        place = column(measured, "small_region", "noord"), row(measured, "mean", None)
        assert withheld_reasons(connection, measured)[place] == ""
        connection.execute(
            "update marts.estimates set withheld_reason = 'protected', is_withheld = true "
            "where question_code = 'small_grade' and statistic = 'mean' "
            "and segment_value = 'noord'"
        )
        assert withheld_reasons(connection, measured)[place] == "protected"


@pytest.mark.parametrize("by", ["small_reasons", "reasons"])
def test_what_is_withheld_the_other_way_around_is_withheld_here(several: Places, tmp_path, by):
    """Who came for p of those who used a is, with the bases, who used a of those who came for p."""
    file = tmp_path / "peil.duckdb"
    file.write_bytes(several.warehouse.read_bytes())
    with duckdb.connect(str(file)) as connection:
        asked = ask(connection, "small_used", [by], {}, None, None)
        measured = measure(connection, asked, "total")
        (g,) = (g for g in measured.of(asked.bys[0]) if measured.groups[g].level == ("p",))
        place = g, row(measured, "share", "a")
        assert withheld_reasons(connection, measured)[place] == ""
        connection.execute(
            "update marts.estimates set withheld_reason = 'protected', is_withheld = true "
            "where question_code = 'small_reasons' and option_code = 'p' "
            "and segment_code = 'by used' and segment_value = 'a'"
        )
        assert withheld_reasons(connection, measured)[place] == "protected"


def test_the_primary_rule_is_that_of_the_published_tables(several: Places):
    with duckdb.connect(str(several.warehouse), read_only=True) as connection:
        asked = ask(connection, "small_used", ["small_sex"], {}, None, None)
    limits = {"min_cell_n": 5, "min_uniform_base_n": 100}
    asked = replace(asked, survey={**asked.survey, "min_base_n": 50}, thresholds=limits)
    kinds = [{"kind": kind} for kind in ("option", "range", "net", "mean")]
    cases = [(49, 20), (50, 0), (50, 1), (50, 4), (50, 5), (50, 46), (50, 50), (100, 0), (99, 99)]
    n = np.array([[base] * 4 for base, _ in cases], dtype=float)
    positive = np.array([[given] * 4 for _, given in cases], dtype=float)
    minus = np.full(n.shape, 10.0)
    found = primary_reasons(asked, kinds, n, positive, minus, np.zeros(n.shape, dtype=bool))
    shares = ["small_base", "uniform_answers", "small_cell", "small_cell", "", "small_cell",
              "uniform_answers", "", "uniform_answers"]  # fmt: skip
    assert found[:, 0].tolist() == found[:, 1].tolist() == shares
    assert found[1:, 3].tolist() == [""] * 8
    equal = primary_reasons(asked, kinds, n, positive, minus, np.ones(n.shape, dtype=bool))
    assert equal[1, 3] == "uniform_answers" and equal[7, 3] == ""
    # Of a net: who is in either range, and who is not.
    nets = [(50, 20, 10), (50, 13, 10), (50, 13, 3), (50, 10, 10), (100, 10, 0), (60, 58, 57)]
    n, positive, minus = np.array(nets, dtype=float).T[:, :, None]
    of_nets = primary_reasons(asked, [{"kind": "net"}], n, positive, minus, n < 0)
    assert of_nets[:, 0].tolist() == ["", "small_cell", "small_cell", "uniform_answers", "",
                                      "small_cell"]  # fmt: skip


TABLES = [
    ("preferred_submit_channel", ["contact_reasons", "age_group"], {"gender": ["vrouw"]}),
    ("channels_used", ["municipality", "age_group*gender"], {}),
    ("overall_grade", ["age_group", "participation"], {}),
]


def read_off(measured: Measured, reasons: np.ndarray) -> set[tuple[int, int]]:
    """The withheld table cells that subtraction gives a reader, written apart from the product.

    Weighted sums per group and row of the table are the unknowns. A total is the sum of the groups
    of a division and of who is in none of them; of one answer the shares of a group are 1.
    """
    hidden = [(int(g), int(k)) for g, k in zip(*np.nonzero(reasons != ""), strict=True)]
    equations, beside = [], []
    answers = [k for k, of in enumerate(measured.measures) if of["is_answer"]]
    for by in measured.asked.bys:
        groups = [g for g in measured.shown if measured.groups[g].by == by]
        if measured.inside[:, groups].sum(axis=1).max() > 1:
            continue
        outside = measured.inside[:, 0] & ~measured.inside[:, groups].any(axis=1)
        for k in range(reasons.shape[1]):
            answered = ~np.isnan(measured.y[:, k])
            rest = {(-1 - len(beside), k): 1.0} if (outside & answered).any() else {}
            beside += rest
            equations.append({(0, k): -1.0, **{(g, k): 1.0 for g in groups}, **rest})
    if measured.asked.question["kind"] != "multiple":
        equations += [{(g, k): 1.0 for k in answers} for g in measured.shown]
    return recoverable([*hidden, *beside], equations) & set(hidden)


@pytest.mark.parametrize(("question", "by", "where"), TABLES, ids=[t[0] for t in TABLES])
def test_nothing_small_is_seen_and_nothing_hidden_follows_from_the_rest(
    warehouse, question, by, where
):
    asked = ask(warehouse, question, by, where, None, None)
    measured = measure(warehouse, asked, "total")
    reasons = withheld_reasons(warehouse, measured)
    of, seen = measured.figures, reasons == ""
    assert seen.any() and not seen.all()
    few = np.minimum(of.n_positive, of.n - of.n_positive)
    is_share = np.array([m["kind"] in ("option", "range") for m in measured.measures])
    assert of.n[seen].min() >= asked.survey["min_base_n"]
    small = (few >= 1) & (few < asked.thresholds["min_cell_n"]) & is_share
    assert small.any() and not (small & seen).any()
    assert not read_off(measured, reasons)
    if len(by) == 2 and "*" in by[1]:
        return  # so many rests are unknown here that subtraction alone gives nothing away
    only_small = np.where(small | (of.n < asked.survey["min_base_n"]), "protected", "")
    assert read_off(measured, only_small), "without protection the same attack succeeds"


def test_what_is_withheld_in_the_published_tables_is_withheld_in_a_crosstab(warehouse):
    rows = warehouse.sql(
        "select question_code, segment_code, segment_value, statistic, option_code "
        "from marts.estimates where is_default_scheme and withheld_reason = 'protected' "
        "and survey_code = (select survey_code from codebook.segments where shows_kpis "
        "and comparison = 'against_total' order by all limit 1) order by all"
    ).fetchall()
    assert rows
    for question, segment, value, statistic, option in rows[:: max(1, len(rows) // 6)]:
        measured = measure(warehouse, ask(warehouse, question, [segment], {}, None, None), "total")
        reasons = withheld_reasons(warehouse, measured)
        assert reasons[column(measured, segment, value), row(measured, statistic, option)]


def test_a_filter_does_not_show_the_few_it_leaves_out(warehouse):
    """Everybody's figure is published: what a filter leaves out of it can be subtracted."""
    asked = ask(
        warehouse, "preferred_submit_channel", ["participation"], {"gender": ["man", "vrouw"]},
        None, None,
    )  # fmt: skip
    measured = measure(warehouse, asked, "total")
    reasons = withheld_reasons(warehouse, measured)
    everybody = ~np.isnan(measured.y).any(axis=1)
    left_out = everybody & ~measured.inside[:, 0]
    people = measured.respondents.people.n_people
    few = people[left_out] @ (measured.y[left_out] > 0)
    assert ((few >= 1) & (few < 5)).any(), "the demo has such an answer"
    assert (reasons[0][(few >= 1) & (few < 5)] != "").all()
    assert (reasons[0] == "").any()
