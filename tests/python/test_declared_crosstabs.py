"""Declared crosstabs: none tells what another one withholds, nor what figures withhold.

The attacks are written apart from the product; each succeeds with the rule that it is for switched
off.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import peil
import pytest
from conftest import places_in
from made_once import copy_of
from peil.codebook.decode import load_seeds
from peil.crosstabs.asked import ask
from peil.crosstabs.declared import joint_reasons, mirrored, reasons_of
from peil.crosstabs.measured import Measured, measure
from peil.crosstabs.people import read_counted, read_respondents
from peil.crosstabs.shield import withheld_reasons
from peil.disclosure import recoverable, suppression
from peil.settings import PROJECT
from test_crosstab import make_several

REF = re.compile(r"\{\{ ref\('(\w+)'\) \}\}")
MODEL = PROJECT / "models" / "marts" / "shared" / "declared_crosstabs.py"


def measured(warehouse, question: str, by: list[str], min_base_n: float | None = None) -> Measured:
    asked = ask(warehouse, question, by, {}, None, None)
    if min_base_n is not None:
        asked = replace(asked, survey=asked.survey | {"min_base_n": min_base_n})
    return measure(warehouse, asked, "total")


@pytest.fixture(scope="module")
def several(tmp_path_factory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("several")
    copy_of(tmp_path_factory, "several", make_several, folder)
    places = places_in(folder, seeds=folder / "seeds")
    with duckdb.connect(str(places.warehouse), read_only=True) as connection:
        yield connection


def read_off(of: Measured, reasons: np.ndarray) -> set[tuple[int, int]]:
    """The withheld table cells that follow from all that is seen of every division together.

    The unknowns are weighted sums: what the people of a column gave. A column is the sum of the
    columns that lie in it and of the people in none of those; of a question by itself, people who
    gave a and b are those who gave b and a.
    """
    hidden = [(int(g), int(k)) for g, k in zip(*np.nonzero(reasons != ""), strict=True)]
    equations, beside = [], []
    families = [[0], *(of.of(by) for by in of.asked.bys)]
    for parents in families:
        for children in families:
            inside = of.inside[:, children]
            if parents is children or inside.sum(axis=1).max() > 1:
                continue
            for p in parents:
                own = [c for c in children if not (of.inside[:, c] & ~of.inside[:, p]).any()]
                touched = [c for c in children if (of.inside[:, c] & of.inside[:, p]).any()]
                if not own or own != touched:
                    continue
                outside = of.inside[:, p] & ~of.inside[:, own].any(axis=1)
                for k in range(reasons.shape[1]):
                    rest = {}
                    if (outside & ~np.isnan(of.y[:, k])).any():
                        rest = {(-1 - len(beside), k): 1.0}
                        beside += rest
                    equations.append({(p, k): -1.0, **{(c, k): 1.0 for c in own}, **rest})
    answers = [k for k, m in enumerate(of.measures) if m["is_answer"]]
    if of.asked.question["kind"] != "multiple":
        equations += [{(g, k): 1.0 for k in answers} for g in of.shown]
    options = {of.measures[k]["option_code"]: k for k in answers}
    own = [g for g in of.shown if of.groups[g].by and of.groups[g].by.code == of.asked.question[
        "question_code"]]  # fmt: skip
    places = {of.groups[g].level[0]: g for g in own}
    for a, g in places.items():
        for b, other in places.items():
            if a < b:
                equations.append({(g, options[b]): 1.0, (other, options[a]): -1.0})
    return recoverable([*hidden, *beside], equations) & set(hidden)


def test_a_question_by_itself_tells_the_other_way_around_nothing(warehouse):
    """Who wrote is made too few to show: how many of the others wrote is the same people."""
    by = ["channels_used"]
    n = measured(warehouse, "channels_used", by).figures.n[:, 0]
    of = measured(warehouse, "channels_used", by, min_base_n=float(np.sort(n)[0]) + 1)
    reasons = reasons_of(of, joint_reasons(warehouse, [of]))
    assert (reasons == "").sum() > 10 and (reasons != "").any()
    assert not read_off(of, reasons)
    alone = withheld_reasons(warehouse, of)
    assert read_off(of, alone), "without the rule the same attack succeeds"


def test_ranges_of_a_column_leave_no_few_people(warehouse, monkeypatch):
    """Of who agrees and who disagrees both are many, and a few of the column did neither."""
    of = measured(warehouse, "staff_tools", ["staff_workload"])
    column = max(of.shown[1:], key=lambda g: of.inside[:, g].sum())
    agree, disagree = (
        next(k for k, m in enumerate(of.measures) if m["statistic"] == name)
        for name in ("top2", "bottom2")
    )
    rows = np.flatnonzero(of.inside[:, column])
    few = rows[of.respondents.people.n_people[rows] == 1][:3]
    y = of.y.copy()
    y[rows, agree] = np.arange(len(rows)) % 2
    y[rows, disagree] = 1 - y[rows, agree]
    y[np.ix_(few, [agree, disagree])] = 0
    planted = replace(of, y=y)
    reasons = withheld_reasons(warehouse, planted)[column]
    assert reasons[agree] or reasons[disagree]
    monkeypatch.setattr(suppression, "without_close_ranges", lambda figures, *_: figures)
    reasons = withheld_reasons(warehouse, planted)[column]
    assert not reasons[agree] and not reasons[disagree], "without the rule both are seen"


def test_crosstabs_of_one_question_are_protected_together(several):
    """A place is in one region: its people are part of both crosstabs."""
    bys = ["small_region*small_sex", "small_place*small_sex"]
    of = measured(several, "small_channel", bys, min_base_n=3)
    reasons = reasons_of(of, joint_reasons(several, [of]))
    assert (reasons == "").any() and (reasons != "").any()
    assert not read_off(of, reasons)
    apart = np.full(reasons.shape, "", dtype=object)
    for by in bys:
        alone = measured(several, "small_channel", [by], min_base_n=3)
        found = withheld_reasons(several, alone)
        places = {(group.by and group.by.code, group.level): i for i, group in
                  enumerate(alone.groups) if not group.is_context}  # fmt: skip
        for g in of.shown:
            key = (of.groups[g].by and of.groups[g].by.code, of.groups[g].level)
            if key in places:
                apart[g] = np.where(apart[g] == "", found[places[key]], apart[g])
    assert read_off(of, apart), "each protected for itself, the same attack succeeds"


def test_an_answer_whose_own_figure_is_withheld_is_no_column(warehouse, demo, tmp_path):
    of = measured(warehouse, "preferred_submit_channel", ["channels_used"])
    assert not joint_reasons(warehouse, [of])
    file = Path(shutil.copy(demo.warehouse, tmp_path / "peil.duckdb"))
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update marts.estimates set withheld_reason = 'protected', is_withheld = true "
            "where question_code = 'channels_used' and segment_code = 'total' "
            "and option_code in ('letter', 'desk')"
        )
        reasons = reasons_of(of, joint_reasons(connection, [of]))
    for g in of.shown:
        level = of.groups[g].level[0]
        assert (reasons[g] != "").all() == (level in ("letter", "desk")), level


def test_what_is_hidden_one_way_is_hidden_the_other_way(warehouse):
    of = measured(warehouse, "channels_used", ["channels_used", "age_group"])
    measures = {m["option_code"]: m["measure_id"] for m in of.measures}
    hidden = {
        ("channels_used", ("letter",), measures["desk"]),
        ("age_group", ("75+",), measures["desk"]),
    }
    assert mirrored(of, hidden) == {("channels_used", ("desk",), measures["letter"])}


def test_the_model_waits_for_everything_that_a_crosstab_reads():
    text = "".join(p.read_text() for p in (PROJECT / "scripts/peil/crosstabs").glob("*.py"))
    read = set(re.findall(r"\b(?:codebook|staging|weighted|estimates|marts)\.(\w+)", text))
    refs = set(re.findall(r'dbt\.ref\("(\w+)"\)', MODEL.read_text()))
    # What it made itself is read again where `peil crosstab` is asked for a declared one.
    assert read - {"declared_crosstabs", "crosstabs"} == refs


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a,omnichannel,channels_used,nope,,,a,a,1", "no segment, attribute or reported question"),
        ("a,omnichannel,remark,gender,,,a,a,1", "no reported question"),
        ("a,omnichannel,channels_used,gender,,staff,a,a,1", "no weighting scheme"),
        ("a,omnichannel,channels_used,preferred_submit_channel,,,a,a,1", "the other way around"),
        ("a,omnichannel,channels_used,gender,digital_wishes,,a,a,1", None),
    ],
)
def test_a_crosstab_that_cannot_be_made_is_named(tmp_path, row: str, problem: str | None):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    tables = ["crosstab_definitions", "segments", "attributes", "questions", "weighting_schemes"]
    for table in tables:
        text = (PROJECT / "seeds" / f"{table}.csv").read_text(encoding="utf-8")
        (seeds / f"{table}.csv").write_text(
            text + f"{row}\n" if table == "crosstab_definitions" else text, encoding="utf-8"
        )
    sql = (PROJECT / "tests/singular/assert_crosstabs_can_be_made.sql").read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        load_seeds(connection, seeds, tables)
        found = connection.execute(REF.sub(r"codebook_\1", sql)).fetchall()
    if problem is None:
        assert not found
    else:
        assert any(code == "a" and problem in said for code, said in found), found


@pytest.mark.parametrize("question", ["channels_used", "preferred_submit_channel", "overall_grade"])
def test_counts_hold_the_people_that_the_answers_do(warehouse, question: str):
    """Row by row: people in the same places with the same answers, and their weights."""
    columns = warehouse.execute(
        "select side_code from estimates.est_crosstab_sides where question_code = $1 "
        "union select 'age_group' union select 'part_of_country*age_65'", [question],
    ).fetchall()  # fmt: skip
    asked = ask(warehouse, question, [code for (code,) in columns], {}, None, None)
    pd.testing.assert_frame_equal(
        read_counted(warehouse, asked).frame, read_respondents(warehouse, asked).frame, rtol=1e-12
    )


def test_a_published_crosstab_is_what_the_command_gives(demo, published):
    table = peil.crosstab("preferred_submit_channel", "channels_used", warehouse=demo.warehouse)
    rows = published.sql(
        "select column_value, answer_code, estimate, se, ci_low, ci_high, n_answers, row_share, "
        "significantly_higher_than from marts.crosstabs "
        "where crosstab_code = 'preferred_channel_by_channel' order by sort_order"
    ).fetchall()
    assert len(rows) == 30
    figures = table.figures.set_index(["group", "option_code"])
    for column, answer, *numbers, letters in rows:
        made = figures.loc[(column, answer)]
        names = ["estimate", "se", "ci_low", "ci_high", "n_answers", "row_share"]
        assert numbers == pytest.approx([made[name] for name in names], nan_ok=True)
        assert (letters or "") == (
            made["higher_than"] if isinstance(made["higher_than"], str) else ""
        )
